-- account_name:dimension sales:metric
SELECT accounts.account_name, SUM(orders.total) AS sales
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
GROUP BY 1
HAVING SUM(orders.total) > 1000.50
ORDER BY sales DESC NULLS LAST, account_name