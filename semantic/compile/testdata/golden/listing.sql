-- order_id:dimension placed_at:time status:dimension total:dimension
SELECT orders.order_id, orders.placed_at, orders.status, orders.total
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
  LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
  AND orders.placed_at < TIMESTAMP '2026-02-01 00:00:00'
  AND regions.region_name = 'North'
ORDER BY orders.placed_at DESC NULLS LAST, orders.order_id
LIMIT 10