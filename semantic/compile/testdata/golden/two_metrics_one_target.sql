-- sales:metric sales_target:target sales_change:change sales_attainment:percent net_sales:metric sales_target_2:target net_sales_change:change net_sales_attainment:percent
WITH orders AS (
  SELECT
    SUM(orders.total) AS sales,
    SUM(CASE WHEN orders.status <> 'refunded' THEN orders.total END) AS net_sales
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
),
targets_target AS (
  SELECT SUM(targets.goal) AS sales_target_target
  FROM lake.shop.targets
  WHERE targets.month >= DATE '2026-01-01' AND targets.month < DATE '2026-04-01'
)
SELECT
  orders.sales,
  targets_target.sales_target_target AS sales_target,
  orders.sales - targets_target.sales_target_target AS sales_change,
  CAST(CAST(orders.sales AS decimal(32, 10)) / nullif(targets_target.sales_target_target, 0) AS decimal(38, 10)) AS sales_attainment,
  orders.net_sales,
  targets_target.sales_target_target AS sales_target_2,
  orders.net_sales - targets_target.sales_target_target AS net_sales_change,
  CAST(CAST(orders.net_sales AS decimal(32, 10)) / nullif(targets_target.sales_target_target, 0) AS decimal(38, 10)) AS net_sales_attainment
FROM orders
  CROSS JOIN targets_target