-- region:dimension paid_rate:metric
SELECT
  regions.region_name AS region,
  CAST(CAST(COUNT(orders.order_id) FILTER (WHERE orders.status = 'paid') AS decimal(32, 10))
    / NULLIF(COUNT(orders.order_id), 0) AS decimal(38, 10)) AS paid_rate
FROM lake.shop.orders
  LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
  LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
  LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
GROUP BY 1
ORDER BY paid_rate DESC NULLS LAST, region