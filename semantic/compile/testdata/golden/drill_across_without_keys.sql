-- sales:metric ticket_count:metric line_amount:metric
WITH orders AS (SELECT SUM(orders.total) AS sales FROM lake.shop.orders),
tickets AS (
  SELECT COUNT(tickets.ticket_id) AS ticket_count
  FROM lake.shop.tickets
),
order_lines AS (
  SELECT SUM(order_lines.amount) AS line_amount
  FROM lake.shop.order_lines
)
SELECT orders.sales, tickets.ticket_count, order_lines.line_amount
FROM orders
  CROSS JOIN tickets
  CROSS JOIN order_lines