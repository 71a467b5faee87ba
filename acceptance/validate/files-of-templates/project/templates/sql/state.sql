select order_id, amonut
from bronze.orders
where status = ${{ params.state }} and ordered_at > ${{ params.since }}
