select *
from gold.orders
where id > ${{ run().id }}
