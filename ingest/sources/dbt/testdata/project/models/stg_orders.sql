{{ config(materialized='view') }}
select id as order_id, buyer as customer, cast(amount as decimal(12, 2)) as amount
from {{ ref('raw_orders') }}
where amount > 0
