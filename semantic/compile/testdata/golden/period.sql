-- sales:metric
SELECT SUM(orders.total) AS sales
FROM lake.shop.orders
WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
  AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'