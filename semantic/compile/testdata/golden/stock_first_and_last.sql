-- year:time opening_balance:metric closing_balance:metric
WITH balances AS (
  SELECT date_trunc('year', balances.month_end) AS year, SUM(balances.balance) AS opening_balance
  FROM lake.shop.balances
  WHERE balances.month_end IN (
    SELECT min(balances.month_end)
    FROM lake.shop.balances
    GROUP BY date_trunc('year', balances.month_end)
  )
  GROUP BY 1
),
balances_2 AS (
  SELECT date_trunc('year', balances.month_end) AS year, SUM(balances.balance) AS closing_balance
  FROM lake.shop.balances
  WHERE balances.month_end IN (
    SELECT max(balances.month_end)
    FROM lake.shop.balances
    GROUP BY date_trunc('year', balances.month_end)
  )
  GROUP BY 1
),
combined AS (
  SELECT year, max(opening_balance) AS opening_balance, max(closing_balance) AS closing_balance
  FROM (
    SELECT year, opening_balance, NULL AS closing_balance
    FROM balances
    UNION ALL
    SELECT year, NULL AS opening_balance, closing_balance
    FROM balances_2
  ) AS facts
  GROUP BY 1
)
SELECT combined.year, combined.opening_balance, combined.closing_balance
FROM combined
ORDER BY year