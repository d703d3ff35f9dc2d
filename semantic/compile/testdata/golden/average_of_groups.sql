-- average_sales:metric
SELECT avg(sales) AS average_sales
FROM (
  SELECT accounts.account_id, SUM(orders.total) AS sales
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  GROUP BY 1
) AS "groups"
WHERE account_id IS NOT NULL