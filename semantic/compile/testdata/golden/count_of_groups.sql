-- accounts:metric
SELECT count(*) AS accounts
FROM (
  SELECT accounts.account_id, SUM(orders.total) AS sales
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  GROUP BY 1
  HAVING SUM(orders.total) > 100
) AS "groups"
WHERE account_id IS NOT NULL