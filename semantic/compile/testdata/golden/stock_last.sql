-- region:dimension closing_balance:metric
SELECT regions.region_name AS region, SUM(balances.balance) AS closing_balance
FROM lake.shop.balances
  LEFT JOIN lake.shop.accounts ON balances.account_id = accounts.account_id
  LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
  LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
WHERE balances.month_end < DATE '2026-04-01'
  AND balances.month_end IN (
    SELECT max(balances.month_end)
    FROM lake.shop.balances
    WHERE balances.month_end < DATE '2026-04-01'
  )
GROUP BY 1
ORDER BY closing_balance DESC NULLS LAST, region