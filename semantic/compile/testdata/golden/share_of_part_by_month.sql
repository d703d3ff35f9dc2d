-- month:time order_count:metric order_count_part:part order_count_share:share
WITH orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    COUNT(orders.order_id) AS order_count,
    COUNT(orders.order_id) FILTER (WHERE orders.status = 'paid') AS order_count_part
  FROM lake.shop.orders
  GROUP BY 1
)
SELECT
  orders.month,
  orders.order_count,
  orders.order_count_part,
  CAST(CAST(orders.order_count_part AS decimal(32, 10)) / nullif(orders.order_count, 0) AS decimal(38, 10)) AS order_count_share
FROM orders
ORDER BY month