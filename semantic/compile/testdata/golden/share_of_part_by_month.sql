-- month:time order_count:metric order_count_part:part order_count_share:share
WITH orders AS (
  SELECT
    date_trunc('month', CAST(orders.placed_at AS date)) AS month,
    COUNT(orders.order_id) AS orders_1,
    COUNT(orders.order_id) FILTER (WHERE orders.status = 'paid') AS orders_2
  FROM lake.shop.orders
  GROUP BY 1
)
SELECT
  orders.month,
  orders.orders_1 AS order_count,
  orders.orders_2 AS order_count_part,
  CAST(CAST(orders.orders_2 AS decimal(32, 10)) / nullif(orders.orders_1, 0) AS decimal(38, 10)) AS order_count_share
FROM orders
ORDER BY month