-- segment:dimension order_count:metric paid_orders:metric
SELECT
  accounts.segment,
  COUNT(orders.order_id) AS order_count,
  COUNT(orders.order_id) FILTER (WHERE orders.status = 'paid') AS paid_orders
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
GROUP BY 1
ORDER BY order_count DESC NULLS LAST, segment