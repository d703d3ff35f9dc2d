-- month:time sales:metric
SELECT date_trunc('month', CAST(orders.placed_at AS date)) AS month, SUM(orders.total) AS sales
FROM lake.shop.orders
WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
  AND orders.placed_at < TIMESTAMP '2026-07-01 00:00:00'
GROUP BY 1
ORDER BY month