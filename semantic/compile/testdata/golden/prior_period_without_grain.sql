-- sales:metric sales_prior:prior sales_change:change sales_change_pct:percent
WITH orders AS (
  SELECT SUM(orders.total) AS sales
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-04-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-07-01 00:00:00'
),
orders_prior AS (
  SELECT SUM(orders.total) AS sales_prior
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
)
SELECT
  orders.sales,
  orders_prior.sales_prior,
  orders.sales - orders_prior.sales_prior AS sales_change,
  CAST(CAST(orders.sales - orders_prior.sales_prior AS decimal(32, 10))
    / nullif(orders_prior.sales_prior, 0) AS decimal(38, 10)) AS sales_change_pct
FROM orders
  CROSS JOIN orders_prior