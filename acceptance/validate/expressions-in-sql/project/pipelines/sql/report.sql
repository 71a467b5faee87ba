select order_id
from bronze.orders
where ordered_at > ${{ params.since }}
  and amount > ${{ parms.limit }} and status = ${{ variables('x' }}
