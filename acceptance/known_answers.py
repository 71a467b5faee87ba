#!/usr/bin/env python3
"""Compares the gold tables of a lake with the known answers of the AdventureWorks retail files.

    known_answers.py LAKE_ROOT

LAKE_ROOT holds the layers as folders (gold/kpi_sales and so on). The tables are read by delta-rs and queried by its own
engine, which share no code with pipectl. Exit code 0: all agree; 1: the differences are printed; 64: wrong usage.
"""

import sys
from pathlib import Path

from deltalake import DeltaTable, QueryBuilder

# Category and gender: quantity, revenue (order quantity x product price, to the last digit). Components never sold.
SALES = {
    ("Accessories", "F"): (28145, "444743.5708"),
    ("Accessories", "M"): (29248, "455242.9954"),
    ("Accessories", "NA"): (416, "6686.5408"),
    ("Bikes", "F"): (7006, "11892647.5185"),
    ("Bikes", "M"): (6841, "11603237.6095"),
    ("Bikes", "NA"): (82, "146609.9672"),
    ("Clothing", "F"): (6077, "177660.2836"),
    ("Clothing", "M"): (6268, "185140.7641"),
    ("Clothing", "NA"): (91, "2617.5694"),
}
TOTAL_REVENUE = "24914586.8193"
LINES = 56046
LINES_BY_YEAR = {2015: 2630, 2016: 23935, 2017: 29481}
ORDERS = 25164
GENDERS = {"M": 9126, "F": 8892, "NA": 130}
ROWS = {
    "bronze/customers": 18148,
    "bronze/order_lines": LINES,
    "silver/customers": 18148,
    "silver/order_lines": LINES,
    "silver/products": 293,
    "gold/dim_customer": 18148,
    "gold/dim_product": 293,
    "gold/dim_territory": 10,
    "gold/dim_date": 912,
    "gold/fact_sales": LINES,
    "gold/fact_returns": 1809,
}


class Comparison:
    """Queries over one lake; what was not as expected stays in `differences`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.compared = 0
        self.differences: list[str] = []

    def rows(self, table: str, query: str) -> list[tuple]:
        """Rows of a query that names the table `t`; a table that cannot be read is a difference."""
        try:
            delta = DeltaTable(str(self.root / table))
            result = QueryBuilder().register("t", delta).execute(query).read_all()
        except Exception as error:  # whatever the reader says is the finding
            self.differences.append(f"{table}: {error}")
            return []
        return list(zip(*(result.column(name).to_pylist() for name in result.column_names)))

    def value(self, table: str, expression: str) -> object:
        rows = self.rows(table, f"SELECT {expression} AS value FROM t")
        return rows[0][0] if rows else None

    def equal(self, what: str, found: object, expected: object) -> None:
        self.compared += 1
        if found != expected:
            self.differences.append(f"{what}: {found}, expected {expected}")


def compare(root: Path) -> Comparison:
    result = Comparison(root)
    sales = result.rows(
        "gold/kpi_sales",
        "SELECT category, gender, sum(quantity) AS quantity, CAST(sum(revenue) AS VARCHAR) AS revenue"
        " FROM t GROUP BY category, gender",
    )
    found = {(category, gender): (quantity, revenue) for category, gender, quantity, revenue in sales}
    for key in sorted(SALES.keys() | found.keys()):
        result.equal("kpi_sales " + " ".join(key), found.get(key), SALES.get(key))
    for table in ("gold/kpi_sales", "gold/fact_sales"):
        result.equal(f"{table} revenue", result.value(table, "CAST(sum(revenue) AS VARCHAR)"), TOTAL_REVENUE)
    for table, expected in ROWS.items():
        result.equal(f"{table} rows", result.value(table, "count(*)"), expected)
    result.equal("fact_sales orders", result.value("gold/fact_sales", "count(DISTINCT order_number)"), ORDERS)
    years = result.rows(
        "gold/fact_sales",
        "SELECT CAST(date_part('year', order_date) AS BIGINT) AS year, count(*) AS lines FROM t GROUP BY 1",
    )
    result.equal("fact_sales lines by year", dict(sorted(years)), LINES_BY_YEAR)
    genders = result.rows("gold/dim_customer", "SELECT gender, count(*) AS customers FROM t GROUP BY gender")
    result.equal("dim_customer genders", dict(sorted(genders)), dict(sorted(GENDERS.items())))
    days = "count(DISTINCT date)", "CAST(min(date) AS VARCHAR)", "CAST(max(date) AS VARCHAR)"
    result.equal(
        "dim_date days", tuple(result.value("gold/dim_date", day) for day in days), (912, "2015-01-01", "2017-06-30"))
    for table in ("quarantine/silver_order_lines", "quarantine/silver_returns"):
        if (root / table / "_delta_log").is_dir():
            result.equal(f"{table} rows", result.value(table, "count(*)"), 0)
    return result


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: known_answers.py LAKE_ROOT", file=sys.stderr)
        return 64
    result = compare(Path(sys.argv[1]))
    for difference in result.differences:
        print(difference)
    print(f"{result.compared} compared, {len(result.differences)} differences")
    return 1 if result.differences else 0


if __name__ == "__main__":
    sys.exit(main())
