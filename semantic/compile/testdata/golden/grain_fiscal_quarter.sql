-- quarter:time ticket_count:metric
SELECT
  date_add('month', 1, date_trunc('quarter', date_add('month', -(1), tickets.opened))) AS quarter,
  COUNT(tickets.ticket_id) AS ticket_count
FROM lake.shop.tickets
GROUP BY 1
ORDER BY quarter