select * from bronze.orders
where day >= ${{ params.sinc }}
  and customer <> ${{ concat('a' }}
