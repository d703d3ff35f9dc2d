-- month:time region:dimension sales_per_seat:metric
-- note: Sales per seat divides by all seats, also those without orders
-- note: Sales per seat counts all seats, whatever the period: they carry no date
WITH orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    regions.region_name AS region,
    SUM(orders.total) AS sales_per_seat
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1, 2
),
seats AS (
  SELECT regions.region_name AS region, COUNT(seats.seat_id) AS sales_per_seat_2
  FROM lake.shop.seats
    LEFT JOIN lake.shop.accounts ON seats.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  GROUP BY 1
)
SELECT
  orders.month,
  orders.region,
  CAST(CAST(orders.sales_per_seat AS decimal(32, 10))
    / NULLIF(coalesce(seats.sales_per_seat_2, 0), 0) AS decimal(38, 10)) AS sales_per_seat
FROM orders
  LEFT JOIN seats ON orders.region IS NOT DISTINCT FROM seats.region
ORDER BY month, region