-- half:time ticket_count:metric
SELECT
  CASE
    WHEN tickets.opened < date_add('month', 6, date_trunc('year', tickets.opened)) THEN date_trunc(
      'year',
      tickets.opened
    )
    ELSE date_add('month', 6, date_trunc('year', tickets.opened))
  END AS half,
  COUNT(tickets.ticket_id) AS ticket_count
FROM lake.shop.tickets
GROUP BY 1
ORDER BY half