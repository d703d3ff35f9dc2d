-- ticket_count:metric
SELECT COUNT(tickets.ticket_id) AS ticket_count
FROM lake.shop.tickets
WHERE tickets.opened >= DATE '2026-04-01'