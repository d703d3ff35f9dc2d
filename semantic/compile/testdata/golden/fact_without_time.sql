-- month:time sales_per_seat:metric
-- note: Sales per seat divides by all seats, also those without orders
-- note: Sales per seat counts all seats, whatever the period: they carry no date
WITH orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    SUM(orders.total) AS sales_per_seat
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
seats AS (
  SELECT COUNT(seats.seat_id) AS sales_per_seat_2
  FROM lake.shop.seats
)
SELECT
  orders.month,
  CAST(CAST(orders.sales_per_seat AS decimal(32, 10))
    / NULLIF(coalesce(seats.sales_per_seat_2, 0), 0) AS decimal(38, 10)) AS sales_per_seat
FROM orders
  CROSS JOIN seats
ORDER BY month