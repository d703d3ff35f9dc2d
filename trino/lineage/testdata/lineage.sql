SELECT id, amount * 2 AS twice, 1 AS one FROM orders
-- id: orders.id
-- twice: orders.amount
-- one:
;
SELECT region, sum(amount) FILTER (WHERE price > 1) AS s, count(*) AS n FROM orders WHERE day > DATE '2026-01-01' GROUP BY region HAVING max(id) > 5 ORDER BY min(placed_at)
-- region: orders.region ~ orders.day orders.id orders.placed_at
-- s: orders.amount orders.price ~ orders.day orders.id orders.placed_at orders.region
-- n: ~ orders.day orders.id orders.placed_at orders.region
;
SELECT o.id, a.name FROM orders o JOIN accounts a ON o.account_id = a.id
-- id: orders.id ~ accounts.id orders.account_id
-- name: accounts.name ~ accounts.id orders.account_id
;
SELECT region, o.id FROM orders o LEFT JOIN accounts a USING (region)
-- region: accounts.region orders.region
-- id: orders.id ~ accounts.region orders.region
;
WITH t AS (SELECT region, sum(amount) AS s FROM orders GROUP BY region), u AS (SELECT max(s) AS top FROM t) SELECT t.region, t.s / u.top AS share FROM t CROSS JOIN u
-- region: orders.region
-- share: orders.amount ~ orders.region
;
SELECT * FROM accounts WHERE id IN (SELECT account_id FROM orders WHERE amount > 100)
-- id: accounts.id ~ orders.account_id orders.amount
-- name: accounts.name ~ accounts.id orders.account_id orders.amount
-- region: accounts.region ~ accounts.id orders.account_id orders.amount
-- opened: accounts.opened ~ accounts.id orders.account_id orders.amount
-- plan: accounts.plan ~ accounts.id orders.account_id orders.amount
-- active: accounts.active ~ accounts.id orders.account_id orders.amount
;
SELECT id, region IN (SELECT region FROM accounts WHERE active) AS known, EXISTS (SELECT 1 FROM accounts a WHERE a.id = account_id) AS e FROM orders
-- id: orders.id
-- known: accounts.region orders.region ~ accounts.active
-- e: ~ accounts.id orders.account_id
;
SELECT id, (SELECT max(a.opened) FROM accounts a WHERE a.id = o.account_id) AS opened FROM orders o
-- id: orders.id
-- opened: accounts.opened ~ accounts.id orders.account_id
;
SELECT id, CASE WHEN price > 1 THEN note ELSE region END AS c, if(amount > 1, day) AS d FROM orders
-- id: orders.id
-- c: orders.note orders.price orders.region
-- d: orders.amount orders.day
;
SELECT rank() OVER (PARTITION BY region ORDER BY amount) AS r, sum(price) OVER w AS s FROM orders WINDOW w AS (PARTITION BY account_id ORDER BY day)
-- r: orders.amount orders.region
-- s: orders.account_id orders.day orders.price
;
SELECT id, region FROM orders UNION ALL SELECT id, name FROM accounts WHERE active
-- id: accounts.id orders.id ~ accounts.active
-- region: accounts.name orders.region ~ accounts.active
;
SELECT region FROM orders EXCEPT SELECT region FROM accounts
-- region: accounts.region orders.region
;
SELECT o.id, t.tag, t.n FROM orders o CROSS JOIN UNNEST(o.tags) WITH ORDINALITY AS t (tag, n)
-- id: orders.id ~ orders.tags
-- tag: orders.tags
-- n: ~ orders.tags
;
SELECT k, v FROM orders CROSS JOIN UNNEST(attrs) AS u (k, v) WHERE k <> region
-- k: orders.attrs ~ orders.region
-- v: orders.attrs ~ orders.region
;
SELECT transform(tags, t -> t || note) AS t, reduce(tags, id, (s, t) -> s + 1, s -> s) AS r FROM orders
-- t: orders.note orders.tags
-- r: orders.id orders.tags
;
SELECT o.ship.city, ship.zip AS z, o.ship.* FROM orders o
-- city: orders.ship
-- z: orders.ship
-- city: orders.ship
-- zip: orders.ship
;
SELECT v.x, v.y FROM orders o CROSS JOIN LATERAL (VALUES (o.id + o.account_id, o.note)) AS v (x, y)
-- x: orders.account_id orders.id
-- y: orders.note
;
SELECT a.name, l.last FROM accounts a, LATERAL (SELECT max(o.day) AS last FROM orders o WHERE o.account_id = a.id) l
-- name: accounts.name ~ accounts.id orders.account_id
-- last: orders.day ~ accounts.id orders.account_id
;
WITH RECURSIVE t (n, m) AS (SELECT id, price FROM orders UNION ALL SELECT n + 1, m + account_id FROM t CROSS JOIN orders WHERE n < 3) SELECT n, m FROM t
-- n: orders.id
-- m: orders.account_id orders.price ~ orders.id
;
SELECT DISTINCT listagg(region, ',') WITHIN GROUP (ORDER BY day) AS l FROM orders GROUP BY account_id
-- l: orders.day orders.region ~ orders.account_id
;
SELECT x.s FROM (SELECT id AS s FROM orders ORDER BY amount LIMIT 3) x
-- s: orders.id ~ orders.amount
;
TABLE accounts
-- id: accounts.id
-- name: accounts.name
-- region: accounts.region
-- opened: accounts.opened
-- plan: accounts.plan
-- active: accounts.active
;
SELECT region AS label, note FROM lake.views.recent
-- label: orders.region ~ orders.amount
-- note: orders.note ~ orders.amount
;
SELECT regoin FROM orders
-- regoin:
;
INSERT INTO targets (month, region) SELECT day, upper(region) FROM orders WHERE amount > 1 AND id IN (SELECT id FROM accounts)
-- into lake.sales.targets
-- month: orders.day ~ accounts.id orders.amount orders.id
-- region: orders.region ~ accounts.id orders.amount orders.id
;
INSERT INTO sketches (id) VALUES (1), (2)
-- into lake.sales.sketches
-- id:
;
CREATE TABLE lake.sales.totals (r, total) AS SELECT region, sum(amount) FROM orders WHERE day > DATE '2026-01-01' GROUP BY region
-- into lake.sales.totals
-- r: orders.region ~ orders.day
-- total: orders.amount ~ orders.day orders.region
;
CREATE OR REPLACE TABLE orders AS SELECT id, note AS n FROM orders
-- into lake.sales.orders
-- id: orders.id
-- n: orders.note
;
CREATE VIEW v AS SELECT o.region AS r, a.name FROM orders o JOIN accounts a ON a.id = o.account_id
-- into lake.sales.v
-- r: orders.region ~ accounts.id orders.account_id
-- name: accounts.name ~ accounts.id orders.account_id
;
CREATE MATERIALIZED VIEW m AS SELECT label, count(*) AS n FROM (SELECT region AS label FROM lake.views.recent) GROUP BY label
-- into lake.sales.m
-- label: orders.region ~ orders.amount
-- n: ~ orders.amount orders.region
;
UPDATE accounts SET name = upper(region) || name, opened = (SELECT max(day) FROM orders o WHERE o.account_id = accounts.id), active = true WHERE plan = 'x'
-- into lake.sales.accounts
-- name: accounts.name accounts.region ~ accounts.plan
-- opened: orders.day ~ accounts.id accounts.plan orders.account_id
-- active: ~ accounts.plan
;
DELETE FROM orders WHERE day < DATE '2020-01-01' OR account_id IN (SELECT id FROM accounts WHERE NOT active)
-- into lake.sales.orders
;
MERGE INTO accounts a USING (SELECT account_id, max(note) AS note FROM orders GROUP BY account_id) o ON a.id = o.account_id AND a.active WHEN MATCHED AND o.note IS NOT NULL THEN UPDATE SET name = o.note WHEN NOT MATCHED THEN INSERT (id, name, region) VALUES (o.account_id, 'new', o.note)
-- into lake.sales.accounts
-- id: orders.account_id ~ accounts.active accounts.id orders.note
-- name: orders.note ~ accounts.active accounts.id orders.account_id
-- region: orders.note ~ accounts.active accounts.id orders.account_id
;
WITH FUNCTION f(a varchar, b bigint) RETURNS varchar RETURN a SELECT f(region, id) AS x FROM orders
-- x: orders.id orders.region
;
WITH SESSION query_max_run_time = '1h' SELECT region FROM orders
-- region: orders.region
;
EXECUTE IMMEDIATE 'SELECT region FROM orders WHERE id = 1'
-- region: orders.region ~ orders.id
;
EXPLAIN SELECT region FROM orders
;
SELECT * FROM TABLE(exclude_columns(TABLE(accounts), DESCRIPTOR(name, plan, opened)))
-- id: accounts.id
-- region: accounts.region
-- active: accounts.active
;
SELECT total / cnt AS mean FROM (SELECT sum(amount) AS total, count(id) AS cnt FROM orders)
-- mean: orders.amount orders.id
;
