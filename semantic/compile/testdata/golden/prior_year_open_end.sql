-- month:time sales:metric sales_prior:prior sales_change:change sales_change_pct:percent
WITH orders AS (
  SELECT date_trunc('month', CAST(orders.placed_at AS date)) AS month, SUM(orders.total) AS sales
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-03-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-11-22 00:00:00'
  GROUP BY 1
),
orders_prior AS (
  SELECT
    date_add('year', 1, date_trunc('month', CAST(orders.placed_at AS date))) AS month,
    SUM(orders.total) AS sales_prior
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2025-03-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2025-11-22 00:00:00'
  GROUP BY 1
),
combined AS (
  SELECT month, max(sales) AS sales, max(sales_prior) AS sales_prior
  FROM (
    SELECT month, sales, NULL AS sales_prior FROM orders
    UNION ALL
    SELECT month, NULL AS sales, sales_prior FROM orders_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.month,
  combined.sales,
  combined.sales_prior,
  combined.sales - combined.sales_prior AS sales_change,
  CAST(CAST(combined.sales - combined.sales_prior AS decimal(32, 10))
    / nullif(combined.sales_prior, 0) AS decimal(38, 10)) AS sales_change_pct
FROM combined
ORDER BY month