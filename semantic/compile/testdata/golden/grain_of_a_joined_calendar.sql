-- quarter:time hits:metric
SELECT date_trunc('quarter', calendar_days.day) AS quarter, SUM(visits.hits) AS hits
FROM lake.shop.visits
  LEFT JOIN lake.shop.calendar_days ON visits.day_key = calendar_days.day_key
WHERE calendar_days.day >= DATE '2026-01-01' AND calendar_days.day < DATE '2026-07-01'
GROUP BY 1
ORDER BY quarter