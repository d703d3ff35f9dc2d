select customer, sum(amount) as total, count(*) as orders
from {{ ref('only_here') }}
group by customer
