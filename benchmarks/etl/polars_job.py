#!/usr/bin/env python3
"""The sales pipeline in Polars: the same tables, a Parquet file after every step.

    polars_job.py --lake DIR --sqlite FILE --extension FILE

Polars has no SQLite reader of its own: DuckDB's sqlite extension reads the order system, and its Arrow stream goes to
Polars without a copy through Python. Every later step is a lazy query on Polars' streaming engine. No checks; as in the
plain script, lines that name an unknown customer stay in fact_sales.
"""

import argparse
import time
from pathlib import Path

import duckdb
import polars as pl

KEYS = {
    "customers": "customer_key",
    "products": "product_key",
    "product_subcategories": "subcategory_key",
    "product_categories": "category_key",
    "territories": "territory_key",
    "returns": "return_key",
}


class Job:
    def __init__(self, lake: Path) -> None:
        self.lake = lake
        self.since = time.monotonic()

    def path(self, table: str) -> Path:
        layer, name = table.split(".")
        return self.lake / layer / f"{name}.parquet"

    def read(self, table: str) -> pl.LazyFrame:
        return pl.scan_parquet(self.path(table))

    def write(self, table: str, frame: pl.LazyFrame) -> None:
        path = self.path(table)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.sink_parquet(path, compression="zstd", engine="streaming")
        now = time.monotonic()
        print(f"{table:32} {now - self.since:7.2f} s", flush=True)
        self.since = now


def text(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars()


def bronze(job: Job, sqlite: str, extension: str) -> None:
    source = duckdb.connect()
    source.execute(f"LOAD '{extension}'")
    source.execute(f"ATTACH '{sqlite}' AS erp (TYPE sqlite, READ_ONLY)")
    source.execute("SET preserve_insertion_order = false")
    now = pl.lit(time.time_ns() // 1000).cast(pl.Datetime("us"))
    for name in [*KEYS, "order_lines"]:
        frame = pl.DataFrame(source.sql(f"SELECT * FROM erp.{name}")).lazy()
        job.write(
            f"bronze.{name}",
            frame.with_columns(
                now.alias("_ingested_at"), pl.lit("polars").alias("_run_id"), pl.lit(f"erp.{name}").alias("_source")),
        )


def latest(frame: pl.LazyFrame, key: str) -> pl.LazyFrame:
    return frame.sort("modified_at", descending=True).unique(key, keep="first")


def silver_customers(frame: pl.LazyFrame) -> pl.LazyFrame:
    def code(column: str) -> pl.Expr:
        return text(column).str.to_uppercase()

    born = text("birth_date")
    return frame.select(
        "customer_key",
        text("prefix"),
        text("first_name"),
        text("last_name"),
        pl.coalesce(
            born.str.to_date("%m/%d/%Y", strict=False), born.str.to_date("%Y-%m-%d", strict=False)).alias("birth_date"),
        pl.when(code("marital_status").is_in(["M", "S"])).then(code("marital_status")).otherwise(pl.lit("NA"))
            .alias("marital_status"),
        pl.when(code("gender").is_in(["F", "FEMALE"])).then(pl.lit("F"))
            .when(code("gender").is_in(["M", "MALE"])).then(pl.lit("M"))
            .otherwise(pl.lit("NA")).alias("gender"),
        text("email_address").replace("", None),
        pl.col("annual_income").str.replace_all("[$, ]", "").cast(pl.Decimal(18, 2), strict=False),
        pl.col("total_children").cast(pl.Int32),
        text("education_level"),
        text("occupation"),
        pl.when(code("home_owner") == "Y").then(True).when(code("home_owner") == "N").then(False)
            .alias("is_home_owner"),
        "modified_at",
    )


def silver_products(frame: pl.LazyFrame) -> pl.LazyFrame:
    return frame.select(
        "product_key",
        "subcategory_key",
        text("sku"),
        text("product_name"),
        text("model_name"),
        text("description"),
        text("color").replace(["", "NA"], None),
        text("size").replace(["", "0"], None),
        text("style").replace(["", "0"], None),
        pl.col("standard_cost", "list_price").cast(pl.Decimal(18, 4)),
        "modified_at",
    )


def silver_order_lines(frame: pl.LazyFrame) -> pl.LazyFrame:
    key = ["order_number", "line_item"]
    lines = frame.select(
        "order_number",
        pl.col("line_item").cast(pl.Int32),
        pl.col("order_date", "stock_date").cast(pl.Date),
        "product_key",
        "customer_key",
        "territory_key",
        pl.col("quantity").cast(pl.Int32),
        "modified_at",
    )
    repeated = lines.group_by(key).len().filter(pl.col("len") > 1).select(key)
    return pl.concat([
        lines.join(repeated, on=key, how="anti"),
        lines.join(repeated, on=key, how="semi").sort("modified_at", descending=True).unique(key, keep="first"),
    ])


def silver(job: Job) -> None:
    shapes = {
        "customers": silver_customers,
        "products": silver_products,
        "product_subcategories": lambda frame: frame.with_columns(text("subcategory_name")),
        "product_categories": lambda frame: frame.with_columns(text("category_name")),
        "territories": lambda frame: frame.with_columns(text("region"), text("country"), text("continent")),
        "returns": lambda frame: frame.with_columns(pl.col("quantity").cast(pl.Int32)),
    }
    for name, shape in shapes.items():
        rows = job.read(f"bronze.{name}").drop("_ingested_at", "_run_id", "_source")
        job.write(f"silver.{name}", shape(latest(rows, KEYS[name])))
    job.write("silver.order_lines", silver_order_lines(job.read("bronze.order_lines")))


def gold(job: Job) -> None:
    products = job.read("silver.products")
    job.write(
        "gold.dim_customer",
        job.read("silver.customers").select(
            "customer_key",
            pl.concat_str("prefix", "first_name", "last_name", separator=" ", ignore_nulls=True).alias("full_name"),
            "gender", "marital_status", "birth_date", "annual_income", "total_children", "education_level", "occupation",
            "is_home_owner"),
    )
    job.write(
        "gold.dim_product",
        products
        .join(job.read("silver.product_subcategories").drop("modified_at"), on="subcategory_key")
        .join(job.read("silver.product_categories").drop("modified_at"), on="category_key")
        .select(
            "product_key", "sku", "product_name", "model_name", pl.col("subcategory_name").alias("subcategory"),
            pl.col("category_name").alias("category"), "color", "size", "style", "standard_cost", "list_price"),
    )
    job.write("gold.dim_territory", job.read("silver.territories").drop("modified_at"))
    job.write("gold.dim_date", dim_date(job))
    price, cost = pl.col("list_price"), pl.col("standard_cost")
    quantity = pl.col("quantity").cast(pl.Decimal(18, 0))
    job.write(
        "gold.fact_sales",
        job.read("silver.order_lines")
        .join(products.select("product_key", "list_price", "standard_cost"), on="product_key")
        .select(
            "order_number", "line_item", "order_date", "product_key", "customer_key", "territory_key", "quantity",
            (quantity * price).cast(pl.Decimal(18, 4)).alias("revenue"),
            (quantity * cost).cast(pl.Decimal(18, 4)).alias("cost")),
    )
    job.write(
        "gold.fact_returns",
        job.read("silver.returns")
        .join(products.select("product_key", "list_price"), on="product_key")
        .select(
            "return_key", "return_date", "product_key", "territory_key", "quantity",
            (quantity * price).cast(pl.Decimal(18, 4)).alias("value")),
    )
    job.write(
        "gold.kpi_sales",
        job.read("gold.fact_sales")
        .join(job.read("gold.dim_product").select("product_key", "category"), on="product_key")
        .join(job.read("gold.dim_customer").select("customer_key", "gender"), on="customer_key")
        .group_by(pl.col("order_date").dt.truncate("1mo").alias("month"), "category", "gender")
        .agg(
            pl.col("order_number").n_unique().cast(pl.Int64).alias("orders"),
            pl.col("quantity").cast(pl.Int64).sum(),
            pl.col("revenue").sum().cast(pl.Decimal(18, 4)),
            pl.col("customer_key").n_unique().cast(pl.Int64).alias("customers")),
    )


def dim_date(job: Job) -> pl.LazyFrame:
    spans = pl.concat([
        job.read(f"silver.{table}").select(pl.col(day).min().alias("first"), pl.col(day).max().alias("last"))
        for table, day in [("order_lines", "order_date"), ("returns", "return_date")]
    ]).select(pl.col("first").min(), pl.col("last").max()).collect()
    date = pl.col("date")
    return pl.LazyFrame({"date": pl.date_range(spans["first"][0], spans["last"][0], eager=True)}).select(
        "date",
        date.dt.year().alias("year"),
        date.dt.quarter().cast(pl.Int32).alias("quarter"),
        date.dt.month().cast(pl.Int32).alias("month"),
        date.dt.day().cast(pl.Int32).alias("day"),
        date.dt.truncate("1mo").alias("month_start"),
        date.dt.iso_year().alias("iso_year"),
        date.dt.week().cast(pl.Int32).alias("iso_week"),
        date.dt.weekday().cast(pl.Int32).alias("iso_weekday"),
        date.dt.strftime("%B").alias("month_name"),
        date.dt.strftime("%A").alias("day_name"),
        (date.dt.weekday() >= 6).alias("is_weekend"),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="The sales pipeline in Polars.")
    parser.add_argument("--lake", required=True, help="folder that LAYER/TABLE.parquet are written into; is made")
    parser.add_argument("--sqlite", required=True, help="the order system as an SQLite file")
    parser.add_argument("--extension", required=True, help="file of DuckDB's sqlite extension")
    arguments = parser.parse_args()
    job = Job(Path(arguments.lake))
    bronze(job, arguments.sqlite, arguments.extension)
    silver(job)
    gold(job)


if __name__ == "__main__":
    main()
