-- created_year:time sales:metric
SELECT date_trunc('year', accounts.created) AS created_year, SUM(orders.total) AS sales
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
GROUP BY 1
ORDER BY created_year