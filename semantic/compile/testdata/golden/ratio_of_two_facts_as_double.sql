-- month:time lines_per_order:metric
-- note: Lines per order divides by all orders, also those without order lines
WITH order_lines AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    SUM(order_lines.qty) AS order_lines_1
  FROM lake.shop.order_lines
    LEFT JOIN lake.shop.orders ON order_lines.order_id = orders.order_id
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    COUNT(orders.order_id) AS orders_1
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
combined AS (
  SELECT month, max(order_lines_1) AS order_lines_1, coalesce(max(orders_1), 0) AS orders_1
  FROM (
    SELECT month, order_lines_1, NULL AS orders_1
    FROM order_lines
    UNION ALL
    SELECT month, NULL AS order_lines_1, orders_1 FROM orders
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.month,
  CAST(combined.order_lines_1 AS double) / NULLIF(combined.orders_1, 0) AS lines_per_order
FROM combined
ORDER BY month