-- region:dimension sales:metric ticket_count:metric
WITH orders AS (
  SELECT regions.region_name AS region, SUM(orders.total) AS sales
  FROM lake.shop.orders
    LEFT JOIN lake.shop.accounts ON orders.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  WHERE orders.placed_at >= TIMESTAMP '2026-01-01 00:00:00'
    AND orders.placed_at < TIMESTAMP '2026-04-01 00:00:00'
  GROUP BY 1
),
tickets AS (
  SELECT regions.region_name AS region, COUNT(tickets.ticket_id) AS ticket_count
  FROM lake.shop.tickets
    LEFT JOIN lake.shop.accounts ON tickets.account_id = accounts.account_id
    LEFT JOIN lake.shop.branches ON accounts.branch_id = branches.branch_id
    LEFT JOIN lake.shop.regions ON branches.region_id = regions.region_id
  WHERE tickets.opened >= DATE '2026-01-01' AND tickets.opened < DATE '2026-04-01'
  GROUP BY 1
),
combined AS (
  SELECT region, max(sales) AS sales, coalesce(max(ticket_count), 0) AS ticket_count
  FROM (
    SELECT region, sales, NULL AS ticket_count FROM orders
    UNION ALL
    SELECT region, NULL AS sales, ticket_count FROM tickets
  ) AS facts
  GROUP BY 1
)
SELECT combined.region, combined.sales, combined.ticket_count
FROM combined
ORDER BY sales DESC NULLS LAST, region