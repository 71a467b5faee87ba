"""The tables and SELECTs of a made-up company, for projects of pipectl, dbt and SQLMesh alike.

An area is what one pipeline deals with: three source tables (a thing, a fact that names it, the details of the fact) and three or
four models over them, in layers: bronze (as the source has it), silver (clean), gold (aggregated). Models also read tables
of earlier areas, so the graph has no cycles; its depth stays below `DEEPEST`.

In the SQL `<<layer.name>>` stands for a table and `<<since>>`, `<<minimum>>` for parameters; see `rendered`.
"""

import dataclasses
import re

DEEPEST = 9
LAYERS = ["bronze", "silver", "gold"]
PARAMETERS = {"since": "2024-01-01", "minimum": 1}
STATUSES = ["open", "paid", "shipped", "cancelled"]

# thing, its key; fact, its key; detail; then attributes that only this theme has.
THEMES = {
    "sales": ("customers", "customer", "orders", "order", "order_lines", ["loyalty_tier", "household_size", "birth_date"]),
    "supply": (
        "suppliers",
        "supplier",
        "purchase_orders",
        "purchase_order",
        "purchase_lines",
        ["lead_time_days", "incoterm", "vat_number"],
    ),
    "support": ("agents", "agent", "tickets", "ticket", "ticket_events", ["team", "language", "hired_on"]),
    "logistics": ("carriers", "carrier", "shipments", "shipment", "parcels", ["fleet_size", "hub_city", "license_until"]),
    "web": ("visitors", "visitor", "sessions", "session", "page_views", ["browser", "first_referrer", "device_class"]),
    "finance": ("accounts", "account", "invoices", "invoice", "invoice_lines", ["iban_country", "payment_terms", "credit_limit"]),
    "people": ("employees", "employee", "timesheets", "timesheet", "timesheet_entries", ["cost_center", "job_grade", "weekly_hours"]),
    "production": ("machines", "machine", "batches", "batch", "measurements", ["vendor", "installed_on", "max_pressure"]),
}
ATTRIBUTE_TYPES = {
    "household_size": "INTEGER",
    "birth_date": "DATE",
    "lead_time_days": "INTEGER",
    "hired_on": "DATE",
    "fleet_size": "INTEGER",
    "license_until": "DATE",
    "credit_limit": "DECIMAL(18,2)",
    "weekly_hours": "DOUBLE",
    "installed_on": "DATE",
    "max_pressure": "DOUBLE",
}


@dataclasses.dataclass
class Table:
    layer: str
    name: str
    columns: dict  # name: type
    key: list

    @property
    def address(self):
        return f"{self.layer}.{self.name}"


@dataclasses.dataclass
class Model:
    table: Table
    sql: str
    depth: int
    merged: bool = False  # rows replace those of the same key
    accepted: dict = dataclasses.field(default_factory=dict)  # column: values
    relationships: dict = dataclasses.field(default_factory=dict)  # column: (table, its column)
    conditions: list = dataclasses.field(default_factory=list)

    @property
    def parameters(self):
        return [name for name in PARAMETERS if f"<<{name}>>" in self.sql]


@dataclasses.dataclass
class Area:
    number: int
    theme: str
    sources: list
    models: list

    @property
    def name(self):
        return f"{self.theme}_{self.number:04}"


def rendered(sql, table, parameter):
    """The SQL with `table(layer, name)` and `parameter(name)` for its placeholders."""

    def replacement(match):
        layer, dot, name = match[1].partition(".")
        return table(layer, name) if dot else parameter(layer)

    return re.sub(r"<<([a-z0-9_.]+)>>", replacement, sql)
