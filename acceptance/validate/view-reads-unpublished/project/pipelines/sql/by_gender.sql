-- Both.
with both_of_them as (select gender from gold.orders)
select gender, count(*) as orders from both_of_them join silver.more using (gender)
