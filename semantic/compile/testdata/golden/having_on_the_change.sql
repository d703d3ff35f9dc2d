-- region:dimension sales:metric sales_prior:prior sales_change:change sales_change_pct:percent
WITH orders AS (
  SELECT regions.region_name AS region, SUM(orders.total) AS sales
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
orders_prior AS (
  SELECT regions.region_name AS region, SUM(orders.total) AS sales_prior
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  WHERE orders.placed_at >= TIMESTAMP '2025-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2025-04-01 00:00:00'
  GROUP BY 1
),
combined AS (
  SELECT region, max(sales) AS sales, max(sales_prior) AS sales_prior
  FROM (
    SELECT region, sales, NULL AS sales_prior FROM orders
    UNION ALL
    SELECT region, NULL AS sales, sales_prior FROM orders_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.region,
  combined.sales,
  combined.sales_prior,
  combined.sales - combined.sales_prior AS sales_change,
  CAST(CAST(combined.sales - combined.sales_prior AS decimal(32, 10))
    / nullif(combined.sales_prior, 0) AS decimal(38, 10)) AS sales_change_pct
FROM combined
WHERE CAST(CAST(combined.sales - combined.sales_prior AS decimal(32, 10))
    / nullif(combined.sales_prior, 0) AS decimal(38, 10)) > 0.1
  AND combined.sales - combined.sales_prior > 0
ORDER BY sales DESC NULLS LAST, region