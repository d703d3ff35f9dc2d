-- size_class:dimension order_count:metric
SELECT
  CASE WHEN orders.total >= 100 THEN 'large' ELSE 'small' END AS size_class,
  COUNT(orders.order_id) AS order_count
FROM lake.shop.orders
GROUP BY 1
ORDER BY order_count DESC NULLS LAST, size_class