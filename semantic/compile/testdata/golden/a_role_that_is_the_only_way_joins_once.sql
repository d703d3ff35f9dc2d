-- segment:dimension order_account_region:dimension sales:metric
SELECT accounts.segment, regions.region_name AS order_account_region, SUM(orders.total) AS sales
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
  LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
GROUP BY 1, 2
ORDER BY sales DESC NULLS LAST, segment, order_account_region