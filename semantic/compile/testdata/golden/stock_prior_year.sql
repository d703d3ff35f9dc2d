-- month:time closing_balance:metric closing_balance_prior:prior closing_balance_change:change closing_balance_change_pct:percent
WITH balances AS (
  SELECT date_trunc('month', balances.month_end) AS month, SUM(balances.balance) AS closing_balance
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
    SUM(balances.balance) AS closing_balance_prior
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
  SELECT
    month,
    max(closing_balance) AS closing_balance,
    max(closing_balance_prior) AS closing_balance_prior
  FROM (
    SELECT month, closing_balance, NULL AS closing_balance_prior
    FROM balances
    UNION ALL
    SELECT month, NULL AS closing_balance, closing_balance_prior
    FROM balances_prior
  ) AS facts
  GROUP BY 1
)
SELECT
  combined.month,
  combined.closing_balance,
  combined.closing_balance_prior,
  combined.closing_balance - combined.closing_balance_prior AS closing_balance_change,
  CAST(CAST(combined.closing_balance - combined.closing_balance_prior AS decimal(32, 10))
    / nullif(combined.closing_balance_prior, 0) AS decimal(38, 10)) AS closing_balance_change_pct
FROM combined
ORDER BY month