-- month:time region:dimension sales:metric sales_target:target sales_change:change sales_attainment:percent
WITH orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    regions.region_name AS region,
    SUM(orders.total) AS sales
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1, 2
),
targets_target AS (
  SELECT
    date_trunc('month', targets.month) AS month,
    regions.region_name AS region,
    SUM(targets.goal) AS sales_target_target
  FROM lake.shop.targets
    LEFT JOIN lake.shop.regions ON targets.region_id = regions.region_id
  WHERE targets.month >= DATE '2026-01-01' AND targets.month < DATE '2026-04-01'
  GROUP BY 1, 2
),
combined AS (
  SELECT month, region, max(sales) AS sales, max(sales_target_target) AS sales_target_target
  FROM (
    SELECT month, region, sales, NULL AS sales_target_target
    FROM orders
    UNION ALL
    SELECT month, region, NULL AS sales, sales_target_target
    FROM targets_target
  ) AS facts
  GROUP BY 1, 2
)
SELECT
  combined.month,
  combined.region,
  combined.sales,
  combined.sales_target_target AS sales_target,
  combined.sales - combined.sales_target_target AS sales_change,
  CAST(CAST(combined.sales AS decimal(32, 10)) / nullif(combined.sales_target_target, 0) AS decimal(38, 10)) AS sales_attainment
FROM combined
ORDER BY month, region