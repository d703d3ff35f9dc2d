-- open_carts:metric
SELECT SUM(visits.open_carts) AS open_carts
FROM lake.shop.visits
  LEFT JOIN lake.shop.calendar_days ON visits.day_key = calendar_days.day_key
WHERE calendar_days.day IN (
  SELECT max(calendar_days.day)
  FROM lake.shop.visits
    LEFT JOIN lake.shop.calendar_days ON visits.day_key = calendar_days.day_key
)