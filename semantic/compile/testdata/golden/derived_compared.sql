-- quarter:time paid_rate:metric paid_rate_prior:prior paid_rate_change:change
WITH orders AS (
  SELECT
    date_trunc('quarter', CAST(orders.placed_at AS date)) AS quarter,
    COUNT(orders.order_id) FILTER (WHERE orders.status = 'paid') AS paid_orders,
    COUNT(orders.order_id) AS order_count
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-07-01 00:00:00'
  GROUP BY 1
),
orders_prior AS (
  SELECT
    date_add('quarter', 1, date_trunc('quarter', CAST(orders.placed_at AS date))) AS quarter,
    COUNT(orders.order_id) FILTER (WHERE orders.status = 'paid') AS paid_orders_prior,
    COUNT(orders.order_id) AS order_count_prior
  FROM lake.shop.orders
  WHERE orders.placed_at >= TIMESTAMP '2025-10-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
combined AS (
  SELECT
    quarter,
    coalesce(max(paid_orders), 0) AS paid_orders,
    coalesce(max(order_count), 0) AS order_count,
    coalesce(max(paid_orders_prior), 0) AS paid_orders_prior,
    coalesce(max(order_count_prior), 0) AS order_count_prior
  FROM (
    SELECT quarter, paid_orders, order_count, NULL AS paid_orders_prior, NULL AS order_count_prior
    FROM orders
    UNION ALL
    SELECT quarter, NULL AS paid_orders, NULL AS order_count, paid_orders_prior, order_count_prior
    FROM orders_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.quarter,
  CAST(CAST(combined.paid_orders AS decimal(32, 10)) / NULLIF(combined.order_count, 0) AS decimal(38, 10)) AS paid_rate,
  CAST(CAST(combined.paid_orders_prior AS decimal(32, 10)) / NULLIF(combined.order_count_prior, 0) AS decimal(38, 10)) AS paid_rate_prior,
  CAST(CAST(combined.paid_orders AS decimal(32, 10)) / NULLIF(combined.order_count, 0) AS decimal(38, 10))
    - CAST(CAST(combined.paid_orders_prior AS decimal(32, 10))
      / NULLIF(combined.order_count_prior, 0) AS decimal(38, 10)) AS paid_rate_change
FROM combined
ORDER BY quarter