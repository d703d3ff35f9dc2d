-- month:time region:dimension sales:metric sales_share:share
SELECT
  date_trunc('month', CAST(orders.placed_at AS date)) AS month,
  regions.region_name AS region,
  SUM(orders.total) AS sales,
  CAST(CAST(SUM(orders.total) AS decimal(32, 10))
    / nullif(
      sum(SUM(orders.total)) OVER (PARTITION BY date_trunc('month', CAST(orders.placed_at AS date))),
      0
    ) AS decimal(38, 10)) AS sales_share
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
  LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
GROUP BY 1, 2
ORDER BY month, region