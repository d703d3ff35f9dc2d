-- week:time ticket_count:metric ticket_count_prior:prior ticket_count_change:change ticket_count_change_pct:percent
WITH tickets AS (
  SELECT date_trunc('week', tickets.opened) AS week, COUNT(tickets.ticket_id) AS tickets_1
  FROM lake.shop.tickets
  WHERE tickets.opened >= DATE '2026-01-01' AND tickets.opened < DATE '2026-04-01'
  GROUP BY 1
),
tickets_prior AS (
  SELECT
    date_add('week', 52, date_trunc('week', tickets.opened)) AS week,
    COUNT(tickets.ticket_id) AS tickets_prior_1
  FROM lake.shop.tickets
  WHERE tickets.opened >= DATE '2025-01-01' AND tickets.opened < DATE '2025-04-01'
  GROUP BY 1
),
combined AS (
  SELECT
    week,
    coalesce(max(tickets_1), 0) AS tickets_1,
    coalesce(max(tickets_prior_1), 0) AS tickets_prior_1
  FROM (
    SELECT week, tickets_1, NULL AS tickets_prior_1 FROM tickets
    UNION ALL
    SELECT week, NULL AS tickets_1, tickets_prior_1
    FROM tickets_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.week,
  combined.tickets_1 AS ticket_count,
  combined.tickets_prior_1 AS ticket_count_prior,
  combined.tickets_1 - combined.tickets_prior_1 AS ticket_count_change,
  CAST(CAST(combined.tickets_1 - combined.tickets_prior_1 AS decimal(32, 10))
    / nullif(combined.tickets_prior_1, 0) AS decimal(38, 10)) AS ticket_count_change_pct
FROM combined
ORDER BY week