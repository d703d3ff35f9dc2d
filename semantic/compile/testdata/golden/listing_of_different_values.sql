-- region:dimension
SELECT DISTINCT regions.region_name AS region
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
  LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
ORDER BY regions.region_name NULLS LAST