import Foundation
import Testing

import Assets
import Connectors
import Engine
import Support

@Suite struct WarehouseViewTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    private func prepare(_ views: [(name: String, sql: String)], published: [String] = ["gold.kpi", "gold.Dates", "silver.b"], schema: String? = nil) async throws -> [WarehouseView] {
        let engine = try await DuckDBEngine.open(
            EngineConfiguration(memory: "1GB"), search: DuckDBSearch.standard(roots: [Self.root], environment: ProcessInfo.processInfo.environment))
        let prepared = try await engine.withSession { session in
            try await WarehouseView.prepare(
                views.map { (try #require(LakeName($0.name)), $0.sql) }, published: published.compactMap { LakeName($0) }, schema: schema, session: session)
        }
        await engine.close()
        return prepared
    }

    /// Only names of tables become others, wherever something looks like one.
    @Test(arguments: [
        ("select a from gold.kpi", #"select a from "mart"."kpi""#),
        ("select gold.kpi.a, kpi.b, \"gold\" . kpi.c from gold.kpi -- gold.kpi", #"select "mart"."kpi".a, kpi.b, "mart"."kpi".c from "mart"."kpi""#),
        ("select 'gold.kpi' as \"gold.kpi\" from Gold /* gold.kpi */ . \"KPI\"", #"select 'gold.kpi' as "gold.kpi" from "mart"."kpi""#),
        ("with kpi as (select 1 as a) select a from kpi, gold.dates", #"with kpi as (select 1 as a) select a from kpi, "mart"."Dates""#),
        ("select é, $$gold.kpi$$ from gold.kpi join silver.b using (id) ;", #"select é, $$gold.kpi$$ from "mart"."kpi" join "mart"."b" using (id)"#),
        ("select max((select gold.kpi.a from gold.kpi where gold.kpi.x > x)) from silver.b",
            #"select max((select "mart"."kpi".a from "mart"."kpi" where "mart"."kpi".x > x)) from "mart"."b""#),
        // No table of that name is read: a field of a column.
        ("select t.address.city from gold.kpi t", #"select t.address.city from "mart"."kpi" t"#),
    ])
    func otherNames(_ sql: String, _ expected: String) async throws {
        #expect(try await prepare([("gold.v", sql)], schema: "mart").map(\.sql) == [expected])
    }

    /// What is right as it stands stays as it was written.
    @Test func ownNames() async throws {
        let sql = "select gold.kpi.a from gold.kpi join Gold.dates on true"
        #expect(try await prepare([("gold.v", sql)]).map(\.sql) == [#"select gold.kpi.a from gold.kpi join "gold"."Dates" on true"#])
    }

    @Test func order() async throws {
        let views = try await prepare([
            ("gold.a", "select * from gold.b join gold.kpi using (x)"), ("gold.b", "select * from silver.C"), ("silver.c", "select 1 as x"),
        ])
        #expect(views.map(\.name.text) == ["silver.c", "gold.b", "gold.a"])
        #expect(views[1].sql == #"select * from "silver"."c""#)
    }

    // MARK: What has to be done

    private func present(_ view: WarehouseView, source: String? = nil, definition: String = "d", digest: String = "d", isOurs: Bool = true) -> WarehouseInspection.View {
        .init(
            place: view.place, definition: definition, digest: digest,
            mark: isOurs ? ViewMark(source: source ?? view.digest, definition: "d", release: nil) : nil)
    }

    @Test func difference() async throws {
        let kpi = WarehousePlace(schema: "gold", name: "kpi")
        let wanted = try await prepare([
            ("gold.same", "select 1 as a from gold.kpi"), ("gold.other", "select 2 as a from gold.kpi"), ("gold.hand", "select 3 as a from gold.kpi"),
            ("gold.new", "select a from gold.same"), ("gold.late", "select a from silver.b"), ("gold.later", "select a from gold.late"),
            ("gold.theirs", "select 1 as a"),
        ])
        func view(_ name: String) throws -> WarehouseView { try #require(wanted.first { $0.name.text == "gold.\(name)" }) }
        let old = WarehouseInspection.View(
            place: WarehousePlace(schema: "gold", name: "old"), definition: "d", digest: "d", mark: ViewMark(source: "s", definition: "d", release: "1-a"))
        let views = [
            present(try view("same")), present(try view("other"), source: "before"), present(try view("hand"), digest: "e"),
            present(try view("theirs"), isOurs: false), old, present(try view("later")),
        ]
        let inspection = WarehouseInspection(views: views, relations: Set(views.map(\.place)).union([kpi]), tellsCase: true)
        let difference = inspection.difference(to: wanted)
        #expect(difference.create.map(\.name.text) == ["gold.new"])
        #expect(difference.replace.map(\.view.name.text) == ["gold.other", "gold.hand"])
        #expect(difference.replace.map(\.reason) == [.changed, .changedByHand])
        #expect(difference.unchanged.map(\.name.text) == ["gold.same"])
        // What it reads is not there any more.
        #expect(difference.drop.map(\.place.text) == ["gold.later", "gold.old"])
        #expect(difference.pending.map(\.view.name.text) == ["gold.late", "gold.later"])
        #expect(difference.blocked.map(\.view.name.text) == ["gold.theirs"])
        let published = inspection.difference(to: wanted, publishing: [WarehousePlace(schema: "silver", name: "b")], removing: [kpi])
        #expect(published.create.map(\.name.text) == ["gold.late"])
        #expect(published.unchanged.map(\.name.text) == ["gold.later"])
        #expect(published.pending.map(\.view.name.text) == ["gold.same", "gold.other", "gold.hand", "gold.new"])
    }

    /// What is written down and gone: somebody dropped it. Once nobody wants it any more, who makes it again makes his own.
    @Test func forgotten() async throws {
        let wanted = try await prepare([("gold.v", "select 1 as a")])
        let gone = WarehousePlace(schema: "gold", name: "gone")
        let inspection = WarehouseInspection(
            views: [present(wanted[0])], relations: [wanted[0].place], tellsCase: false, recorded: [gone, WarehousePlace(schema: "gold", name: "V")])
        let difference = inspection.difference(to: wanted)
        #expect(difference.forgotten == [gone])
        #expect(!difference.isEmpty)
        #expect(inspection.difference(to: wanted + (try await prepare([("gold.gone", "select 1 as a")]))).forgotten.isEmpty)
    }

    /// Definitions as databases give them back, in a warehouse whose names are those of one schema.
    @Test(arguments: [
        ("CREATE VIEW mart.v AS SELECT a FROM mart.kpi;", #"SELECT a FROM "gold"."kpi""#, nil),
        (#"CREATE VIEW mart."V w" (x, "y""z") AS SELECT a, 'mart.kpi' FROM house.mart.kpi;"#,
            #"SELECT * FROM (SELECT a, 'mart.kpi' FROM "gold"."kpi") AS "v" (x, "y""z")"#, nil),
        ("CREATE VIEW mart.v AS SELECT house.mart.b.a, mart.b.c, b.d FROM b;", #"SELECT "silver"."b".a, "silver"."b".c, b.d FROM "silver"."b""#, nil),
        ("CREATE VIEW mart.v AS SELECT a FROM kpi;", "SELECT a FROM \"gold\".\"kpi\"", nil),
        ("CREATE VIEW mart.v AS SELECT a FROM twice;", nil, "which twice it reads cannot be told"),
        ("CREATE VIEW mart.v AS SELECT a FROM main.own;", nil, "it reads main.own, which the project does not publish"),
        ("CREATE VIEW mart.v AS SELECT a FROM other.mart.kpi;", nil, "it reads other.mart.kpi, which is in another database"),
        ("CREATE VIEW mart.v AS SELECT a FROM mart.two;", nil, "it reads mart.two, which may be gold.two or silver.two"),
        ("CREATE VIEW mart.v AS SELECT '${{ a }}';", nil, "its definition has ${{ in it, which would be an expression in a file"),
        ("CREATE MACRO mart.v() AS 1;", nil, "its definition cannot be read"),
    ] as [(String, String?, String?)])
    func asTheProjectWouldHaveIt(_ definition: String, _ sql: String?, _ reason: String?) async throws {
        let engine = try await DuckDBEngine.open(
            EngineConfiguration(memory: "1GB"), search: DuckDBSearch.standard(roots: [Self.root], environment: ProcessInfo.processInfo.environment))
        let relations = ["mart.kpi", "mart.b", "mart.v", "mart.twice", "main.twice", "main.own"].map { name in
            let parts = name.split(separator: ".").map(String.init)
            return WarehousePlace(schema: parts[0], name: parts[1])
        }
        let view = WarehouseInspection.View(place: WarehousePlace(schema: "mart", name: "v"), definition: definition, digest: "d", mark: nil)
        let published = ["gold.v", "gold.kpi", "silver.b", "gold.twice", "gold.two", "silver.two"].compactMap { LakeName($0) }
        let found: Result<String, ViewDefinition.Unclear> = try await engine.withSession { session in
            do {
                return .success(
                    try await ViewDefinition(
                        warehouse: ResolvedConnection(name: "w", kind: .duckdb(path: "/data/house.duckdb")),
                        inspection: WarehouseInspection(views: [view], relations: Set(relations), tellsCase: false), published: published, schema: "mart",
                        session: session
                    ).sql(of: view))
            } catch let unclear as ViewDefinition.Unclear {
                return .failure(unclear)
            }
        }
        await engine.close()
        switch found {
        case .success(let text): #expect(text == sql)
        case .failure(let unclear): #expect(unclear.reason == reason)
        }
    }

    @Test func nothingToDo() async throws {
        let wanted = try await prepare([("gold.v", "select 1 as a")])
        let inspection = WarehouseInspection(views: [present(wanted[0])], relations: [wanted[0].place], tellsCase: false)
        #expect(inspection.difference(to: wanted).isEmpty)
        #expect(WarehouseInspection.empty.difference(to: []).isEmpty)
    }
}
