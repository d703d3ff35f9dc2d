-- month:time lines_per_order:metric
-- note: Lines per order divides by all orders, also those without order lines
WITH order_lines AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    SUM(order_lines.qty) AS lines_per_order
  FROM lake.shop.order_lines
    LEFT JOIN lake.shop.orders ON order_lines.order_id = orders.order_id
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    COUNT(orders.order_id) AS lines_per_order_2
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
combined AS (
  SELECT
    month,
    max(lines_per_order) AS lines_per_order,
    coalesce(max(lines_per_order_2), 0) AS lines_per_order_2
  FROM (
    SELECT month, lines_per_order, NULL AS lines_per_order_2
    FROM order_lines
    UNION ALL
    SELECT month, NULL AS lines_per_order, lines_per_order_2
    FROM orders
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.month,
  CAST(combined.lines_per_order AS double) / NULLIF(combined.lines_per_order_2, 0) AS lines_per_order
FROM combined
ORDER BY month