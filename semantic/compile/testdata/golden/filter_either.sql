-- sales:metric
SELECT SUM(orders.total) AS sales
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
  LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
WHERE orders.status IS DISTINCT FROM 'refunded'
  AND (accounts.segment = 'retail' AND orders.total > 100 OR regions.region_name IN ('EMEA', 'APAC'))