-- month:time region:dimension sales:metric sales_target:target sales_change:change sales_attainment:percent
WITH orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    regions.region_name AS region,
    SUM(orders.total) AS orders_1
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
    SUM(targets.goal) AS targets_target_1
  FROM lake.shop.targets
    LEFT JOIN lake.shop.regions ON targets.region_id = regions.region_id
  WHERE targets.month >= DATE '2026-01-01' AND targets.month < DATE '2026-04-01'
  GROUP BY 1, 2
),
combined AS (
  SELECT month, region, max(orders_1) AS orders_1, max(targets_target_1) AS targets_target_1
  FROM (
    SELECT month, region, orders_1, NULL AS targets_target_1
    FROM orders
    UNION ALL
    SELECT month, region, NULL AS orders_1, targets_target_1
    FROM targets_target
  ) AS facts
  GROUP BY 1, 2
)
SELECT
  combined.month,
  combined.region,
  combined.orders_1 AS sales,
  combined.targets_target_1 AS sales_target,
  combined.orders_1 - combined.targets_target_1 AS sales_change,
  CAST(CAST(combined.orders_1 AS decimal(32, 10)) / nullif(combined.targets_target_1, 0) AS decimal(38, 10)) AS sales_attainment
FROM combined
ORDER BY month, region