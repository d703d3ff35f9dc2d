-- sales:metric
SELECT SUM(orders.total) AS sales
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
  LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
WHERE orders.status = 'paid'
  AND orders.status IN ('paid', 'it''s open')
  AND accounts.segment IS DISTINCT FROM 'Retail'
  AND (accounts.segment NOT IN ('Retail', 'Public') OR accounts.segment IS NULL)
  AND orders.total < 1000
  AND orders.total <= 999.99
  AND orders.total > -(1.5)
  AND orders.total >= 0
  AND orders.total BETWEEN 1 AND 2
  AND strpos(lower(accounts.account_name), lower('100%_ACME')) > 0
  AND regions.region_name IS NULL
  AND branches.branch_name IS NOT NULL
  AND (accounts.created >= DATE '2026-01-01' AND accounts.created < DATE '2026-02-01')
  AND orders.placed_at >= TIMESTAMP '2026-01-01'
  AND orders.urgent = TRUE