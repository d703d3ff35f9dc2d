-- The comment behind each statement is its output, as Trino 483 names and types it.
SELECT * FROM orders
/*> id bigint, account_id bigint, region varchar(20), amount decimal(12,2), placed_at timestamp(3) with time zone, day date, tags array(varchar), attrs map(varchar, bigint), ship row("city" varchar, "zip" varchar(10)), note varchar, price double */;
SELECT ID, o.Region, amount + 1, 'x' AS lit, (id) FROM orders o
/*> ID bigint, Region varchar(20), _col2 decimal(13,2), lit varchar(1), id bigint */;
SELECT sum(amount), avg(amount), count(*), max(day), min(region), avg(price), sum(id) FROM orders
/*> _col0 decimal(38,2), _col1 decimal(12,2), _col2 bigint, _col3 date, _col4 varchar(20), _col5 double, _col6 bigint */;
SELECT amount / id, amount * amount, amount - 1, amount % 7, -amount, id / 2, price / 2 FROM orders
/*> _col0 decimal(32,22), _col1 decimal(24,4), _col2 decimal(13,2), _col3 decimal(12,2), _col4 decimal(12,2), _col5 bigint, _col6 double */;
SELECT 1, 3000000000, 1.50, .5, 1e0, TRUE, NULL, 'abc', X'AB', DATE '2026-01-01', TIMESTAMP '2026-01-01 00:00:00.12', INTERVAL '1' DAY
/*> _col0 integer, _col1 bigint, _col2 decimal(3,2), _col3 decimal(1,1), _col4 double, _col5 boolean, _col6 unknown, _col7 varchar(3), _col8 varbinary, _col9 date, _col10 timestamp(2), _col11 interval day to second */;
SELECT region || name, concat(region, 'x', 'y'), plan || plan, upper(plan), substr(region, 1, 2), replace(region, 'a', 'bb') FROM orders JOIN accounts USING (region)
/*> _col0 varchar, _col1 varchar, _col2 char(6), _col3 char(3), _col4 varchar(20), _col5 varchar(62) */;
SELECT CASE WHEN id > 1 THEN 1 ELSE 2.5 END, coalesce(id, 1), nullif(region, 'x'), if(id > 1, 'a', 'bcd'), try(1 / id) FROM orders
/*> _col0 decimal(11,1), _col1 bigint, _col2 varchar(20), _col3 varchar(3), _col4 bigint */;
SELECT ARRAY[1, 2.5], MAP(ARRAY['a'], ARRAY[1]), ROW(1, 'x'), ROW(1 AS a, 2 AS "b"), tags[1], attrs['x'], ship.city, ship FROM orders
/*> _col0 array(decimal(11,1)), _col1 map(varchar(1), integer), _col2 row(integer, varchar(1)), _col3 row("A" integer, "b" integer), _col4 varchar, _col5 bigint, city varchar, ship row("city" varchar, "zip" varchar(10)) */;
SELECT transform(tags, t -> length(t)), filter(ARRAY[1, 2], x -> x > 1), reduce(tags, 0, (s, t) -> s + 1, s -> s * 1.0), map_keys(attrs), zip(tags, ARRAY[1]) FROM orders
/*> _col0 array(bigint), _col1 array(integer), _col2 decimal(12,1), _col3 array(varchar), _col4 array(row(varchar, integer)) */;
SELECT date_trunc('month', placed_at), date_add('day', 1, day), date_diff('day', day, placed_at), day + INTERVAL '1' MONTH, placed_at AT TIME ZONE 'UTC', extract(YEAR FROM day), CAST(placed_at AS date), day - day FROM orders
/*> _col0 timestamp(3) with time zone, _col1 date, _col2 bigint, _col3 date, _col4 timestamp(3) with time zone, _col5 bigint, _col6 date, _col7 interval day to second */;
SELECT region, grouping(region), count(*) FROM orders GROUP BY ROLLUP (region)
/*> region varchar(20), _col1 integer, _col2 bigint */;
SELECT rank() OVER (ORDER BY day), lag(amount) OVER (ORDER BY day), sum(amount) OVER (), ntile(4) OVER (ORDER BY id), percent_rank() OVER (ORDER BY id) FROM orders
/*> _col0 bigint, _col1 decimal(12,2), _col2 decimal(38,2), _col3 bigint, _col4 double */;
SELECT id AS k, 1 FROM orders UNION ALL SELECT 2, 2.5
/*> k bigint, _col1 decimal(11,1) */;
SELECT region FROM orders INTERSECT SELECT name FROM accounts
/*> region varchar(50) */;
WITH t (a, b) AS (VALUES (1, 'x'), (2.5, 'yyy')) SELECT *, a IS NULL FROM t
/*> a decimal(11,1), b varchar(3), _col2 boolean */;
WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT n, n * 2 FROM t
/*> n integer, _col1 integer */;
SELECT t.*, u.k, u.v FROM orders CROSS JOIN UNNEST(tags) WITH ORDINALITY AS t (tag, n) CROSS JOIN UNNEST(attrs) AS u (k, v)
/*> tag varchar, n bigint, k varchar, v bigint */;
SELECT (SELECT max(id) FROM accounts), EXISTS (SELECT 1), id IN (SELECT id FROM accounts) FROM orders
/*> _col0 bigint, _col1 boolean, _col2 boolean */;
SELECT o.ship.*, a.* FROM orders o JOIN accounts a ON o.account_id = a.id
/*> city varchar, zip varchar(10), id bigint, name varchar(50), region varchar(20), opened date, plan char(3), active boolean */;
SELECT CAST(amount AS varchar(9)), TRY_CAST(region AS integer), CAST(tags AS json), CAST(id AS decimal(10,1)), CAST(ROW(1) AS row(x bigint)) FROM orders
/*> _col0 varchar(9), _col1 integer, _col2 json, _col3 decimal(10,1), _col4 row("x" bigint) */;
SELECT approx_distinct(region), approx_percentile(price, 0.5), max_by(region, amount), map_agg(region, id), array_agg(day ORDER BY id), listagg(region, ',') WITHIN GROUP (ORDER BY id), count_if(id > 1), approx_set(id) FROM orders
/*> _col0 bigint, _col1 double, _col2 varchar(20), _col3 map(varchar(20), bigint), _col4 array(date), _col5 varchar, _col6 bigint, _col7 HyperLogLog */;
SELECT current_date, current_timestamp, now(), localtime, current_user
/*> _col0 date, _col1 timestamp(3) with time zone, _col2 timestamp(3) with time zone, _col3 time(3), _col4 varchar */;
SELECT json_extract(note, '$.a'), json_extract_scalar(note, '$.a'), json_value(note, 'lax $.a' RETURNING bigint), json_exists(note, 'lax $.a') FROM orders
/*> _col0 json, _col1 varchar, _col2 bigint, _col3 boolean */;
SELECT round(amount), round(amount, 1), ceil(amount), truncate(amount), abs(amount), sqrt(amount), power(id, 2), mod(id, 3), greatest(id, 1.5) FROM orders
/*> _col0 decimal(11,0), _col1 decimal(13,2), _col2 decimal(11,0), _col3 decimal(10,0), _col4 decimal(12,2), _col5 double, _col6 double, _col7 bigint, _col8 decimal(20,1) */;
TABLE accounts
/*> id bigint, name varchar(50), region varchar(20), opened date, plan char(3), active boolean */;
SELECT DISTINCT day FROM orders ORDER BY day LIMIT 3
/*> day date */;
