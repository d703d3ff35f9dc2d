-- month:time closing_balance:metric closing_balance_prior:prior closing_balance_change:change closing_balance_change_pct:percent
WITH balances AS (
  SELECT date_trunc('month', balances.month_end) AS month, SUM(balances.balance) AS balances_1
  FROM lake.shop.balances
  WHERE balances.month_end >= DATE '2026-01-01'
    AND balances.month_end < DATE '2026-04-01'
    AND balances.month_end IN (
      SELECT max(balances.month_end)
      FROM lake.shop.balances
      WHERE balances.month_end >= DATE '2026-01-01' AND balances.month_end < DATE '2026-04-01'
      GROUP BY date_trunc('month', balances.month_end)
    )
  GROUP BY 1
),
balances_prior AS (
  SELECT
    date_add('year', 1, date_trunc('month', balances.month_end)) AS month,
    SUM(balances.balance) AS balances_prior_1
  FROM lake.shop.balances
  WHERE balances.month_end >= DATE '2025-01-01'
    AND balances.month_end < DATE '2025-04-01'
    AND balances.month_end IN (
      SELECT max(balances.month_end)
      FROM lake.shop.balances
      WHERE balances.month_end >= DATE '2025-01-01' AND balances.month_end < DATE '2025-04-01'
      GROUP BY date_trunc('month', balances.month_end)
    )
  GROUP BY 1
),
combined AS (
  SELECT month, max(balances_1) AS balances_1, max(balances_prior_1) AS balances_prior_1
  FROM (
    SELECT month, balances_1, NULL AS balances_prior_1
    FROM balances
    UNION ALL
    SELECT month, NULL AS balances_1, balances_prior_1
    FROM balances_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.month,
  combined.balances_1 AS closing_balance,
  combined.balances_prior_1 AS closing_balance_prior,
  combined.balances_1 - combined.balances_prior_1 AS closing_balance_change,
  CAST(CAST(combined.balances_1 - combined.balances_prior_1 AS decimal(32, 10))
    / nullif(combined.balances_prior_1, 0) AS decimal(38, 10)) AS closing_balance_change_pct
FROM combined
ORDER BY month