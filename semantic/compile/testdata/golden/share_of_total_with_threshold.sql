-- region:dimension sales:metric sales_share:share
WITH orders AS (
  SELECT regions.region_name AS region, SUM(orders.total) AS sales
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  GROUP BY 1
),
orders_whole AS (
  SELECT SUM(orders.total) AS sales_whole
  FROM lake.shop.orders
)
SELECT
  orders.region,
  orders.sales,
  CAST(CAST(orders.sales AS decimal(32, 10)) / nullif(orders_whole.sales_whole, 0) AS decimal(38, 10)) AS sales_share
FROM orders
  CROSS JOIN orders_whole
WHERE orders.sales > 100
ORDER BY sales DESC NULLS LAST, region