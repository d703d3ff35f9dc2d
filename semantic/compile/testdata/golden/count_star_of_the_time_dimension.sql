-- day:time ticket_rows:metric
SELECT tickets.opened AS day, COUNT(*) AS ticket_rows
FROM lake.shop.tickets
GROUP BY 1
ORDER BY day