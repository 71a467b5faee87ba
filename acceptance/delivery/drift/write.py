"""Another program writes tables of the lake."""
import duckdb
from deltalake import write_deltalake

connection = duckdb.connect()
lake = ".pipectl/prod/lake/"
write_deltalake(lake + "bronze/orders", connection.sql("select 9::integer as id, 9::integer as amount"), mode="append")
write_deltalake(lake + "gold/total", connection.sql("select 1::integer as total, 'x' as note"), mode="overwrite", schema_mode="overwrite")
write_deltalake(lake + "gold/other", connection.sql("select 1::bigint as total"))
