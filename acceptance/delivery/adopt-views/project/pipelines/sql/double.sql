-- Twice.
select total * 2 as twice from gold.total
