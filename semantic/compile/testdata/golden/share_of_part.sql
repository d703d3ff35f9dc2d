-- sales:metric sales_part:part sales_share:share
WITH orders AS (
  SELECT
    SUM(orders.total) AS sales,
    SUM(orders.total) FILTER (WHERE regions.region_name = 'North') AS sales_part
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
)
SELECT
  orders.sales,
  orders.sales_part,
  CAST(CAST(orders.sales_part AS decimal(32, 10)) / nullif(orders.sales, 0) AS decimal(38, 10)) AS sales_share
FROM orders