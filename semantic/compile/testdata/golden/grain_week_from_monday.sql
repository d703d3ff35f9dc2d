-- week:time ticket_count:metric
SELECT date_trunc('week', tickets.opened) AS week, COUNT(tickets.ticket_id) AS ticket_count
FROM lake.shop.tickets
GROUP BY 1
ORDER BY week