-- region:dimension sales_per_account:metric
-- note: Sales per account divides by all accounts, also those without orders
WITH orders AS (
  SELECT regions.region_name AS region, SUM(orders.total) AS sales_per_account
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  GROUP BY 1
),
accounts AS (
  SELECT regions.region_name AS region, COUNT(DISTINCT accounts.account_id) AS sales_per_account_2
  FROM lake.shop.accounts
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  GROUP BY 1
),
combined AS (
  SELECT
    region,
    max(sales_per_account) AS sales_per_account,
    coalesce(max(sales_per_account_2), 0) AS sales_per_account_2
  FROM (
    SELECT region, sales_per_account, NULL AS sales_per_account_2
    FROM orders
    UNION ALL
    SELECT region, NULL AS sales_per_account, sales_per_account_2
    FROM accounts
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.region,
  CAST(CAST(combined.sales_per_account AS decimal(32, 10)) / NULLIF(combined.sales_per_account_2, 0) AS decimal(38, 10)) AS sales_per_account
FROM combined
ORDER BY sales_per_account DESC NULLS LAST, region