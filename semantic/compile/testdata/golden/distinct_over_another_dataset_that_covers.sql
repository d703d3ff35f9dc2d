-- region:dimension sales_per_account:metric
-- note: Sales per account divides by all accounts, also those without orders
WITH orders AS (
  SELECT regions.region_name AS region, SUM(orders.total) AS orders_1
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  GROUP BY 1
),
accounts AS (
  SELECT regions.region_name AS region, COUNT(DISTINCT accounts.account_id) AS accounts_1
  FROM lake.shop.accounts
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  GROUP BY 1
),
combined AS (
  SELECT region, max(orders_1) AS orders_1, coalesce(max(accounts_1), 0) AS accounts_1
  FROM (
    SELECT region, orders_1, NULL AS accounts_1 FROM orders
    UNION ALL
    SELECT region, NULL AS orders_1, accounts_1 FROM accounts
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.region,
  CAST(CAST(combined.orders_1 AS decimal(32, 10)) / NULLIF(combined.accounts_1, 0) AS decimal(38, 10)) AS sales_per_account
FROM combined
ORDER BY sales_per_account DESC NULLS LAST, region