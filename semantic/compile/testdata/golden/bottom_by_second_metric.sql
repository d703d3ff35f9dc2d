-- account_name:dimension sales:metric order_count:metric
SELECT accounts.account_name, SUM(orders.total) AS sales, COUNT(orders.order_id) AS order_count
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
GROUP BY 1
ORDER BY order_count, account_name
LIMIT 3