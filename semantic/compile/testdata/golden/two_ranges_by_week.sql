-- week:time ticket_count:metric ticket_count_prior:prior ticket_count_change:change ticket_count_change_pct:percent
WITH tickets AS (
  SELECT date_trunc('week', tickets.opened) AS week, COUNT(tickets.ticket_id) AS ticket_count
  FROM lake.shop.tickets
  WHERE tickets.opened >= DATE '2026-01-01' AND tickets.opened < DATE '2026-04-01'
  GROUP BY 1
),
tickets_prior AS (
  SELECT
    date_add('week', 52, date_trunc('week', tickets.opened)) AS week,
    COUNT(tickets.ticket_id) AS ticket_count_prior
  FROM lake.shop.tickets
  WHERE tickets.opened >= DATE '2025-01-01' AND tickets.opened < DATE '2025-04-01'
  GROUP BY 1
),
combined AS (
  SELECT
    week,
    coalesce(max(ticket_count), 0) AS ticket_count,
    coalesce(max(ticket_count_prior), 0) AS ticket_count_prior
  FROM (
    SELECT week, ticket_count, NULL AS ticket_count_prior
    FROM tickets
    UNION ALL
    SELECT week, NULL AS ticket_count, ticket_count_prior
    FROM tickets_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.week,
  combined.ticket_count,
  combined.ticket_count_prior,
  combined.ticket_count - combined.ticket_count_prior AS ticket_count_change,
  CAST(CAST(combined.ticket_count - combined.ticket_count_prior AS decimal(32, 10))
    / nullif(combined.ticket_count_prior, 0) AS decimal(38, 10)) AS ticket_count_change_pct
FROM combined
ORDER BY week