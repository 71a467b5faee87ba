"""Makes areas: their source tables and the SELECTs over them, in some shapes that are common in warehouses."""
import random

from models import ATTRIBUTE_TYPES, DEEPEST, STATUSES, THEMES, Area, Model, Table


def make_areas(count, seed, models=None):
    """`count` areas with ten models for every three areas; at most `models` in all."""
    areas, left = [], models
    for number in range(1, count + 1):
        area = AreaMaker(number, random.Random(f"{seed}:{number}"), areas).area()
        if left is not None:
            area.models = area.models[:left]
            left -= len(area.models)
        areas.append(area)
    return areas


class AreaMaker:
    def __init__(self, number, chance, earlier):
        self.chance, self.earlier = chance, earlier
        self.number, self.theme = number, list(THEMES)[(number - 1) % len(THEMES)]
        self.things, self.thing, self.facts, self.fact, self.details, self.special = THEMES[self.theme]
        self.models = []

    def area(self):
        self.sources = [self.thing_source(), self.fact_source(), self.detail_source()]
        self.models += [self.silver_thing()]
        self.models += [self.silver_fact()]
        self.models += [self.gold_summary()]
        if self.number % 3 == 0:
            self.models += [self.gold_comparison()]
        return Area(self.number, self.theme, self.sources, self.models)

    # Sources

    def source(self, name, columns):
        return Table("bronze", f"{name}_{self.number:04}", columns, [next(iter(columns))])

    def thing_source(self):
        columns = {f"{self.thing}_id": "BIGINT", "name": "VARCHAR", "segment": "VARCHAR", "country": "VARCHAR"}
        optional = {"email": "VARCHAR", "phone": "VARCHAR", "city": "VARCHAR", "postal_code": "VARCHAR", "score": "DOUBLE"}
        optional |= {name: ATTRIBUTE_TYPES.get(name, "VARCHAR") for name in self.special}
        return self.source(self.things, columns | self.some(optional, 1, 6) | {"is_active": "BOOLEAN", "modified_at": "TIMESTAMP"})

    def fact_source(self):
        columns = {f"{self.fact}_id": "BIGINT", f"{self.thing}_id": "BIGINT", "happened_at": "TIMESTAMP", "status": "VARCHAR"}
        optional = {
            "channel": "VARCHAR",
            "currency": "VARCHAR",
            "reference": "VARCHAR",
            "priority": "INTEGER",
            "closed_at": "TIMESTAMP",
            "comment": "VARCHAR",
        }
        return self.source(self.facts, columns | self.some(optional, 1, 5) | {"amount": "DECIMAL(18,2)", "modified_at": "TIMESTAMP"})

    def detail_source(self):
        columns = {
            "line_id": "BIGINT",
            f"{self.fact}_id": "BIGINT",
            "item_code": "VARCHAR",
            "quantity": "INTEGER",
            "unit_price": "DECIMAL(18,2)",
        }
        optional = {"discount": "DOUBLE", "tax_rate": "DOUBLE", "warehouse": "VARCHAR", "note": "VARCHAR", "promised_on": "DATE"}
        return self.source(self.details, columns | self.some(optional, 0, 4) | {"modified_at": "TIMESTAMP"})

    def some(self, columns, least, most):
        names = self.chance.sample(sorted(columns), min(self.chance.randint(least, most), len(columns)))
        return {name: columns[name] for name in columns if name in names}

    # Silver

    def silver_thing(self):
        source, key = self.sources[0], f"{self.thing}_id"
        columns, lines = {}, []
        for name, type in source.columns.items():
            cleaned = {
                "name": "trim(r.name)",
                "segment": "lower(trim(r.segment))",
                "country": "upper(r.country)",
                "email": "nullif(lower(r.email), '')",
                "is_active": "coalesce(r.is_active, false)",
            }.get(name)
            lines.append(f"    {cleaned} AS {name}" if cleaned else f"    r.{name}")
            columns[name] = type
        ranked = (
            f"WITH ranked AS (\n    SELECT\n        *,\n        row_number() OVER (PARTITION BY {key} ORDER BY modified_at DESC) AS version\n"
            f"    FROM <<{source.address}>>\n    WHERE {key} IS NOT NULL\n)\nSELECT\n"
            + ",\n".join(lines)
            + "\nFROM ranked AS r\nWHERE r.version = 1\n"
        )
        qualified = (
            f"-- The newest version of each {self.thing}.\nSELECT\n"
            + ",\n".join(lines)
            + f"\nFROM <<{source.address}>> AS r\nWHERE r.{key} IS NOT NULL\n"
            f"QUALIFY row_number() OVER (PARTITION BY r.{key} ORDER BY r.modified_at DESC) = 1\n"
        )
        table = Table("silver", source.name, columns, [key])
        return Model(table, self.chance.choice([ranked, qualified]), 2)

    def silver_fact(self):
        fact, detail, thing = self.sources[1], self.sources[2], self.models[0].table
        key, thing_key = f"{self.fact}_id", f"{self.thing}_id"
        price = "d.quantity * d.unit_price" + (" * (1 - coalesce(d.discount, 0))" if "discount" in detail.columns else "")
        columns = {name: type for name, type in fact.columns.items() if name != "modified_at"}
        lines = [f"    f.{name}" for name in columns] + [
            "    coalesce(t.line_count, 0) AS line_count",
            "    coalesce(t.quantity, 0) AS quantity",
            "    round(coalesce(t.net_amount, 0)::DOUBLE, 2) AS net_amount",
            "    x.segment",
            "    x.country",
        ]
        columns |= {"line_count": "BIGINT", "quantity": "BIGINT", "net_amount": "DOUBLE", "segment": "VARCHAR", "country": "VARCHAR"}
        joins = f"LEFT JOIN totals AS t ON t.{key} = f.{key}\nLEFT JOIN <<{thing.address}>> AS x ON x.{thing_key} = f.{thing_key}\n"
        depth = 3
        # A look at how another area sees the same segment and country.
        other = self.other(
            lambda model: model.table.layer == "silver" and model.table.key[0] + "s" != key and "line_count" in model.table.columns
        )
        if other and self.chance.random() < 0.5:
            joins += (
                "LEFT JOIN (\n    SELECT o.country, count(*) AS facts, avg(o.net_amount) AS average\n"
                f"    FROM <<{other.table.address}>> AS o\n    WHERE o.status <> 'cancelled'\n    GROUP BY o.country\n) AS n ON n.country = x.country\n"
            )
            lines += ["    n.average AS neighbour_average"]
            columns |= {"neighbour_average": "DOUBLE"}
            depth = other.depth + 1
        lines += [f"    row_number() OVER (PARTITION BY f.{thing_key} ORDER BY f.happened_at) AS sequence"]
        columns |= {"sequence": "BIGINT"}
        sql = (
            f"WITH totals AS (\n    SELECT\n        d.{key},\n        count(*) AS line_count,\n        sum(d.quantity)::BIGINT AS quantity,\n"
            f"        sum({price}) AS net_amount\n    FROM <<{detail.address}>> AS d\n    GROUP BY d.{key}\n)\nSELECT\n"
            + ",\n".join(lines)
            + f"\nFROM <<{fact.address}>> AS f\n{joins}WHERE f.happened_at >= <<since>>\n"
        )
        return Model(
            Table("silver", fact.name, columns, [key]),
            sql,
            depth,
            merged=self.chance.random() < 0.6,
            accepted={"status": STATUSES},
            relationships={thing_key: (thing, thing_key)},
            conditions=["line_count >= 0"],
        )

    # Gold

    def gold_summary(self):
        fact = self.models[1]
        period = self.chance.choice(["day", "week", "month"])
        group = self.chance.choice(["segment", "country"])
        other = self.other(lambda model: model.table.layer == "gold" and "revenue" in model.table.columns)
        own = [
            ("facts", "count(*)", "BIGINT"),
            ("things", f"count(DISTINCT f.{self.thing}_id)", "BIGINT"),
            ("revenue", "sum(f.net_amount)", "DOUBLE"),
            ("largest", "max(f.amount)", "DECIMAL(18,2)"),
            ("cancelled", "count(*) FILTER (WHERE f.status = 'cancelled')", "BIGINT"),
            ("median_lines", "median(f.line_count)", "DOUBLE"),
        ]
        own = own[:3] + self.chance.sample(own[3:], self.chance.randint(1, 3))
        columns = {"period": "DATE", group: "VARCHAR"} | {name: type for name, _, type in own}
        columns |= {"running_revenue": "DOUBLE", "previous_revenue": "DOUBLE"}
        inner = ",\n".join(f"        {sql} AS {name}" for name, sql, _ in own)
        head = (
            f"-- {self.facts} by {period} and {group}.\nWITH grouped AS (\n    SELECT\n        date_trunc('{period}', f.happened_at)::DATE AS period,\n"
            f"        coalesce(f.{group}, 'unknown') AS {group},\n{inner}\n    FROM <<{fact.table.address}>> AS f\n    GROUP BY 1, 2\n"
            "    HAVING count(*) >= <<minimum>>\n)"
        )
        names = ["period", group] + [name for name, _, _ in own]
        windows = [
            f"    sum(g.revenue) OVER (PARTITION BY g.{group} ORDER BY g.period) AS running_revenue",
            f"    lag(g.revenue) OVER (PARTITION BY g.{group} ORDER BY g.period) AS previous_revenue",
        ]
        lines, tail, depth = [f"    g.{name}" for name in names] + windows, "\nFROM grouped AS g\n", fact.depth + 1
        if other and self.chance.random() < 0.4:
            lines += ["    g.revenue / nullif(b.revenue, 0) AS benchmark"]
            columns |= {"benchmark": "DOUBLE"}
            head += f",\nbase AS (\n    SELECT o.period, sum(o.revenue) AS revenue\n    FROM <<{other.table.address}>> AS o\n    GROUP BY o.period\n)"
            tail += "LEFT JOIN base AS b ON b.period = g.period\n"
            depth = max(depth, other.depth + 1)
        return Model(
            Table("gold", f"{self.facts}_by_{group}_{self.number:04}", columns, ["period", group]),
            head + "\nSELECT\n" + ",\n".join(lines) + tail,
            depth,
            conditions=["facts >= things"],
        )

    def gold_comparison(self):
        """Figures of several areas beside each other."""
        mine = self.models[2]
        suits = lambda model: model.table.layer == "gold" and "revenue" in model.table.columns
        others = [mine] + [other for other in (self.other(suits) for _ in range(self.chance.randint(1, 4))) if other and other is not mine]
        others = list({model.table.name: model for model in others}.values())
        parts = [f"    SELECT period, '{model.table.name}' AS origin, revenue, facts FROM <<{model.table.address}>>" for model in others]
        sql = (
            "WITH figures AS (\n"
            + "\n    UNION ALL\n".join(parts)
            + "\n)\nSELECT\n    f.period,\n    f.origin,\n    sum(f.revenue) AS revenue,\n"
            "    sum(f.facts)::BIGINT AS facts,\n    count(*) AS things,\n    sum(f.revenue) / nullif(sum(sum(f.revenue)) OVER (PARTITION BY f.period), 0) AS share,\n"
            "    rank() OVER (PARTITION BY f.period ORDER BY sum(f.revenue) DESC) AS place,\n"
            "    CASE WHEN sum(f.facts) > 1000 THEN 'large' WHEN sum(f.facts) > 100 THEN 'medium' ELSE 'small' END AS size\n"
            "FROM figures AS f\nWHERE f.revenue IS NOT NULL\nGROUP BY f.period, f.origin\nHAVING sum(f.facts) >= <<minimum>>\n"
        )
        columns = {
            "period": "DATE",
            "origin": "VARCHAR",
            "revenue": "DOUBLE",
            "facts": "BIGINT",
            "things": "BIGINT",
            "share": "DOUBLE",
            "place": "BIGINT",
            "size": "VARCHAR",
        }
        return Model(
            Table("gold", f"{self.theme}_compared_{self.number:04}", columns, ["period", "origin"]),
            sql,
            max(model.depth for model in others) + 1,
            accepted={"size": ["small", "medium", "large"]},
            conditions=["place >= 1"],
        )

    def other(self, suits):
        """A model of an earlier area, near ones more often; None if there is none that leaves room below."""
        for _ in range(6):
            if not self.earlier:
                return None
            back = min(int(self.chance.expovariate(1 / 12)) + 1, len(self.earlier))
            found = [model for model in self.earlier[-back].models if suits(model) and model.depth < DEEPEST - 2]
            if found:
                return self.chance.choice(found)
        return None
