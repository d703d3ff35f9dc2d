{{ config(materialized='ephemeral') }}
select customer, amount from {{ ref('stg_orders') }}
