-- quarter:time paid_rate:metric paid_rate_prior:prior paid_rate_change:change
WITH orders AS (
  SELECT
    date_trunc('quarter', CAST(orders.placed_at AS date)) AS quarter,
    COUNT(orders.order_id) FILTER (WHERE orders.status = 'paid') AS orders_1,
    COUNT(orders.order_id) AS orders_2
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-07-01 00:00:00'
  GROUP BY 1
),
orders_prior AS (
  SELECT
    date_add('quarter', 1, date_trunc('quarter', CAST(orders.placed_at AS date))) AS quarter,
    COUNT(orders.order_id) FILTER (WHERE orders.status = 'paid') AS orders_prior_1,
    COUNT(orders.order_id) AS orders_prior_2
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2025-10-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
combined AS (
  SELECT
    quarter,
    coalesce(max(orders_1), 0) AS orders_1,
    coalesce(max(orders_2), 0) AS orders_2,
    coalesce(max(orders_prior_1), 0) AS orders_prior_1,
    coalesce(max(orders_prior_2), 0) AS orders_prior_2
  FROM (
    SELECT quarter, orders_1, orders_2, NULL AS orders_prior_1, NULL AS orders_prior_2
    FROM orders
    UNION ALL
    SELECT quarter, NULL AS orders_1, NULL AS orders_2, orders_prior_1, orders_prior_2
    FROM orders_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.quarter,
  CAST(CAST(combined.orders_1 AS decimal(32, 10)) / NULLIF(combined.orders_2, 0) AS decimal(38, 10)) AS paid_rate,
  CAST(CAST(combined.orders_prior_1 AS decimal(32, 10)) / NULLIF(combined.orders_prior_2, 0) AS decimal(38, 10)) AS paid_rate_prior,
  CAST(CAST(combined.orders_1 AS decimal(32, 10)) / NULLIF(combined.orders_2, 0) AS decimal(38, 10))
    - CAST(CAST(combined.orders_prior_1 AS decimal(32, 10)) / NULLIF(combined.orders_prior_2, 0) AS decimal(38, 10)) AS paid_rate_change
FROM combined
ORDER BY quarter