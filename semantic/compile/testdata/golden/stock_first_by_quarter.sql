-- quarter:time opening_balance:metric
SELECT
  date_trunc('quarter', balances.month_end) AS quarter,
  SUM(balances.balance) AS opening_balance
FROM lake.shop.balances
WHERE balances.month_end IN (
  SELECT min(balances.month_end)
  FROM lake.shop.balances
  GROUP BY date_trunc('quarter', balances.month_end)
)
GROUP BY 1
ORDER BY quarter