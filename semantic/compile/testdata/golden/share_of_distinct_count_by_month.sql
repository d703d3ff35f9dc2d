-- month:time status:dimension buyers:metric buyers_share:share
WITH orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    orders.status,
    COUNT(DISTINCT orders.account_id) AS buyers
  FROM lake.shop.orders
  GROUP BY 1, 2
),
orders_whole AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    COUNT(DISTINCT orders.account_id) AS buyers_whole
  FROM lake.shop.orders
  GROUP BY 1
)
SELECT
  orders.month,
  orders.status,
  coalesce(orders.buyers, 0) AS buyers,
  CAST(CAST(coalesce(orders.buyers, 0) AS decimal(32, 10))
    / nullif(coalesce(orders_whole.buyers_whole, 0), 0) AS decimal(38, 10)) AS buyers_share
FROM orders
  LEFT JOIN orders_whole ON orders.month IS NOT DISTINCT FROM orders_whole.month
ORDER BY month, status