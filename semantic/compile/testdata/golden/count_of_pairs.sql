-- accounts:metric
SELECT count(*) AS accounts
FROM (
  SELECT accounts.account_id, regions.region_name AS region, SUM(orders.total) AS sales
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  GROUP BY 1, 2
) AS "groups"
WHERE account_id IS NOT NULL AND region IS NOT NULL