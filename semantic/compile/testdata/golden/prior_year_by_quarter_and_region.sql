-- quarter:time region:dimension sales:metric sales_prior:prior sales_change:change sales_change_pct:percent
WITH orders AS (
  SELECT
    date_trunc('quarter', CAST(orders.placed_at AS date)) AS quarter,
    regions.region_name AS region,
    SUM(orders.total) AS sales
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  WHERE orders.placed_at >= TIMESTAMP '2025-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-07-01 00:00:00'
  GROUP BY 1, 2
),
orders_prior AS (
  SELECT
    date_add('year', 1, date_trunc('quarter', CAST(orders.placed_at AS date))) AS quarter,
    regions.region_name AS region,
    SUM(orders.total) AS sales_prior
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  WHERE orders.placed_at >= TIMESTAMP '2024-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2025-07-01 00:00:00'
  GROUP BY 1, 2
),
combined AS (
  SELECT quarter, region, max(sales) AS sales, max(sales_prior) AS sales_prior
  FROM (
    SELECT quarter, region, sales, NULL AS sales_prior
    FROM orders
    UNION ALL
    SELECT quarter, region, NULL AS sales, sales_prior
    FROM orders_prior
  ) AS facts
  GROUP BY 1, 2
)
SELECT
  combined.quarter,
  combined.region,
  combined.sales,
  combined.sales_prior,
  combined.sales - combined.sales_prior AS sales_change,
  CAST(CAST(combined.sales - combined.sales_prior AS decimal(32, 10))
    / nullif(combined.sales_prior, 0) AS decimal(38, 10)) AS sales_change_pct
FROM combined
ORDER BY quarter, region