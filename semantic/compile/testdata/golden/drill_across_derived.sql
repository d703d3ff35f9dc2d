-- month:time tickets_per_order:metric
-- note: Tickets per order divides by all orders, also those without tickets
WITH tickets AS (
  SELECT date_trunc('month', tickets.opened) AS month, COUNT(tickets.ticket_id) AS ticket_count
  FROM lake.shop.tickets
  WHERE tickets.opened >= DATE '2026-01-01' AND tickets.opened < DATE '2026-04-01'
  GROUP BY 1
),
orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    COUNT(orders.order_id) AS order_count
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
combined AS (
  SELECT
    month,
    coalesce(max(ticket_count), 0) AS ticket_count,
    coalesce(max(order_count), 0) AS order_count
  FROM (
    SELECT month, ticket_count, NULL AS order_count FROM tickets
    UNION ALL
    SELECT month, NULL AS ticket_count, order_count FROM orders
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.month,
  CAST(CAST(combined.ticket_count AS decimal(32, 10)) / NULLIF(combined.order_count, 0) AS decimal(38, 10)) AS tickets_per_order
FROM combined
ORDER BY month