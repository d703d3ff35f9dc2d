-- year:time opening_balance:metric closing_balance:metric
WITH balances AS (
  SELECT date_trunc('year', balances.month_end) AS year, SUM(balances.balance) AS balances_1
  FROM lake.shop.balances
  WHERE balances.month_end IN (
    SELECT min(balances.month_end)
    FROM lake.shop.balances
    GROUP BY date_trunc('year', balances.month_end)
  )
  GROUP BY 1
),
balances_2 AS (
  SELECT date_trunc('year', balances.month_end) AS year, SUM(balances.balance) AS balances_2_1
  FROM lake.shop.balances
  WHERE balances.month_end IN (
    SELECT max(balances.month_end)
    FROM lake.shop.balances
    GROUP BY date_trunc('year', balances.month_end)
  )
  GROUP BY 1
),
combined AS (
  SELECT year, max(balances_1) AS balances_1, max(balances_2_1) AS balances_2_1
  FROM (
    SELECT year, balances_1, NULL AS balances_2_1 FROM balances
    UNION ALL
    SELECT year, NULL AS balances_1, balances_2_1
    FROM balances_2
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.year,
  combined.balances_1 AS opening_balance,
  combined.balances_2_1 AS closing_balance
FROM combined
ORDER BY year