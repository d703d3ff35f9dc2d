-- account_name:dimension total:dimension
SELECT accounts.account_name, orders.total
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
WHERE orders.status = 'paid'
ORDER BY orders.total DESC NULLS LAST, orders.order_id
LIMIT 3