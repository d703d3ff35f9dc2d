-- status:dimension sales:metric
SELECT orders.status, SUM(orders.total) AS sales
FROM lake.shop.orders
GROUP BY 1
ORDER BY sales DESC NULLS LAST, status