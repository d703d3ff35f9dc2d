-- status:dimension sales_per_account:metric
-- note: count of Sales per account counts the accounts that occur in orders
SELECT
  orders.status,
  CAST(CAST(SUM(orders.total) AS decimal(32, 10)) / NULLIF(COUNT(DISTINCT accounts.account_id), 0) AS decimal(38, 10)) AS sales_per_account
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
GROUP BY 1
ORDER BY sales_per_account DESC NULLS LAST, status