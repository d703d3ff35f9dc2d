-- sales:metric sales_part:part sales_share:share
WITH orders AS (
  SELECT
    SUM(orders.total) AS orders_1,
    SUM(orders.total) FILTER (WHERE regions.region_name = 'North') AS orders_2
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
)
SELECT
  orders.orders_1 AS sales,
  orders.orders_2 AS sales_part,
  CAST(CAST(orders.orders_2 AS decimal(32, 10)) / nullif(orders.orders_1, 0) AS decimal(38, 10)) AS sales_share
FROM orders