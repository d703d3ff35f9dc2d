-- sales:metric
SELECT SUM(orders.total) AS sales
FROM lake.shop.orders
HAVING SUM(orders.total) > 0