CREATE TABLE lake.sales.orders (
  id bigint, account_id bigint, region varchar(20), amount decimal(12,2), placed_at timestamp(3) with time zone, day date,
  tags array(varchar), attrs map(varchar, bigint), ship row(city varchar, zip varchar(10)), note varchar, price double);
CREATE TABLE lake.sales.accounts (id bigint, name varchar(50), region varchar(20), opened date, plan char(3), active boolean);
CREATE TABLE sales.targets (region varchar(20), month date, amount decimal(12,2));
CREATE TABLE sketches (id bigint, visitors HyperLogLog);
CREATE TABLE lake.finance.refunds (id bigint);
CREATE TABLE events (id bigint, j json, r row(j json))
