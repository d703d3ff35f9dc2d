-- year:time ticket_count:metric
SELECT
  date_add('month', 6, date_trunc('year', date_add('month', -(6), tickets.opened))) AS year,
  COUNT(tickets.ticket_id) AS ticket_count
FROM lake.shop.tickets
GROUP BY 1
ORDER BY year