"""Another program changes views; of one it keeps the comment, as PostgreSQL does."""
import duckdb

with duckdb.connect(".pipectl/prod/warehouse.duckdb") as connection:
    comment = connection.execute("select comment from duckdb_views() where view_name = 'double'").fetchone()[0]
    connection.execute("create or replace view gold.double as select 7 as x")
    connection.execute("comment on view gold.double is '" + comment.replace("'", "''") + "'")
    connection.execute("drop view gold.half")
    connection.execute("create view gold.own as select 1 as x")
