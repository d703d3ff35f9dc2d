-- highest_sales:metric
SELECT max(sales) AS highest_sales
FROM (
  SELECT date_trunc('month', CAST(orders.placed_at AS date)) AS month, SUM(orders.total) AS sales
  FROM lake.shop.orders
  GROUP BY 1
) AS "groups"