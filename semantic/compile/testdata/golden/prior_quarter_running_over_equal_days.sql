-- ticket_count:metric ticket_count_prior:prior ticket_count_change:change ticket_count_change_pct:percent
WITH tickets AS (
  SELECT COUNT(tickets.ticket_id) AS ticket_count
  FROM lake.shop.tickets
  WHERE tickets.opened >= DATE '2026-04-01' AND tickets.opened < DATE '2026-05-22'
),
tickets_prior AS (
  SELECT COUNT(tickets.ticket_id) AS ticket_count_prior
  FROM lake.shop.tickets
  WHERE tickets.opened >= DATE '2026-01-01' AND tickets.opened < DATE '2026-02-21'
)
SELECT
  tickets.ticket_count,
  tickets_prior.ticket_count_prior,
  tickets.ticket_count - tickets_prior.ticket_count_prior AS ticket_count_change,
  CAST(CAST(tickets.ticket_count - tickets_prior.ticket_count_prior AS decimal(32, 10))
    / nullif(tickets_prior.ticket_count_prior, 0) AS decimal(38, 10)) AS ticket_count_change_pct
FROM tickets
  CROSS JOIN tickets_prior