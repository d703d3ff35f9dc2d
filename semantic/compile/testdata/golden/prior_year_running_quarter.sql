-- quarter:time sales:metric sales_prior:prior sales_change:change sales_change_pct:percent
WITH orders AS (
  SELECT
    date_trunc('quarter', CAST(orders.placed_at AS date)) AS quarter,
    SUM(orders.total) AS orders_1
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-07-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-11-22 00:00:00'
  GROUP BY 1
),
orders_prior AS (
  SELECT
    date_add('year', 1, date_trunc('quarter', CAST(orders.placed_at AS date))) AS quarter,
    SUM(orders.total) AS orders_prior_1
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2025-07-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2025-11-22 00:00:00'
  GROUP BY 1
),
combined AS (
  SELECT quarter, max(orders_1) AS orders_1, max(orders_prior_1) AS orders_prior_1
  FROM (
    SELECT quarter, orders_1, NULL AS orders_prior_1 FROM orders
    UNION ALL
    SELECT quarter, NULL AS orders_1, orders_prior_1
    FROM orders_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.quarter,
  combined.orders_1 AS sales,
  combined.orders_prior_1 AS sales_prior,
  combined.orders_1 - combined.orders_prior_1 AS sales_change,
  CAST(CAST(combined.orders_1 - combined.orders_prior_1 AS decimal(32, 10))
    / nullif(combined.orders_prior_1, 0) AS decimal(38, 10)) AS sales_change_pct
FROM combined
ORDER BY quarter