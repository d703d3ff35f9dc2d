-- sales:metric sales_target:target sales_change:change sales_attainment:percent net_sales:metric sales_target_2:target net_sales_change:change net_sales_attainment:percent
WITH orders AS (
  SELECT
    SUM(orders.total) AS orders_1,
    SUM(CASE WHEN orders.status <> 'refunded' THEN orders.total END) AS orders_2
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
),
targets_target AS (
  SELECT SUM(targets.goal) AS targets_target_1
  FROM lake.shop.targets
  WHERE targets.month >= DATE '2026-01-01' AND targets.month < DATE '2026-04-01'
)
SELECT
  orders.orders_1 AS sales,
  targets_target.targets_target_1 AS sales_target,
  orders.orders_1 - targets_target.targets_target_1 AS sales_change,
  CAST(CAST(orders.orders_1 AS decimal(32, 10)) / nullif(targets_target.targets_target_1, 0) AS decimal(38, 10)) AS sales_attainment,
  orders.orders_2 AS net_sales,
  targets_target.targets_target_1 AS sales_target_2,
  orders.orders_2 - targets_target.targets_target_1 AS net_sales_change,
  CAST(CAST(orders.orders_2 AS decimal(32, 10)) / nullif(targets_target.targets_target_1, 0) AS decimal(38, 10)) AS net_sales_attainment
FROM orders
  CROSS JOIN targets_target