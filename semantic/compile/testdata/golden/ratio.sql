-- segment:dimension average_order:metric
SELECT
  accounts.segment,
  CAST(CAST(SUM(orders.total) AS decimal(32, 10)) / NULLIF(COUNT(orders.order_id), 0) AS decimal(38, 10)) AS average_order
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
GROUP BY 1
ORDER BY average_order DESC NULLS LAST, segment