-- sales:metric ticket_count:metric line_amount:metric
WITH orders AS (SELECT SUM(orders.total) AS orders_1 FROM lake.shop.orders),
tickets AS (
  SELECT COUNT(tickets.ticket_id) AS tickets_1
  FROM lake.shop.tickets
),
order_lines AS (
  SELECT SUM(order_lines.amount) AS order_lines_1
  FROM lake.shop.order_lines
)
SELECT
  orders.orders_1 AS sales,
  tickets.tickets_1 AS ticket_count,
  order_lines.order_lines_1 AS line_amount
FROM orders
  CROSS JOIN tickets
  CROSS JOIN order_lines