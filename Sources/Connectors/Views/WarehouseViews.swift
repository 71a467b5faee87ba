internal import Assets
internal import Crypto
package import Engine
internal import Support

/// The views of a warehouse that is attached to the engine.
package struct WarehouseViews: Sendable {
    /// Its name is that of the database in the engine.
    let warehouse: ResolvedConnection
    let session: any EngineSession

    package init(warehouse: ResolvedConnection, session: any EngineSession) {
        self.warehouse = warehouse
        self.session = session
    }

    var isServer: Bool { if case .postgres = warehouse.kind { true } else { false } }

    // MARK: Looking

    package func inspect() async throws(ConnectorError) -> WarehouseInspection {
        do {
            return try await isServer ? inspectServer() : inspectFile()
        } catch {
            throw failure("cannot look at the warehouse", error)
        }
    }

    private func inspectFile() async throws -> WarehouseInspection {
        let tables = try await session.query("SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ?", [.text(warehouse.name)])
        let views = try await session.query(
            "SELECT schema_name, view_name, sql, comment FROM duckdb_views() WHERE database_name = ? AND NOT internal", [.text(warehouse.name)])
        var relations = Set(tables.rows.map(Self.place))
        let recorded = relations.remove(ViewRecord.place) == nil ? [:] : try await record.read()
        let found = try views.rows.map { try Self.view($0, recorded) }
        return WarehouseInspection(
            views: found, relations: relations.union(found.map(\.place)), tellsCase: false, recorded: recorded.keys.sorted())
    }

    /// Definitions are asked for with a search path of our own: they are given back with names as short as that allows.
    private func inspectServer() async throws -> WarehouseInspection {
        let rows = try await ask(
            """
            WITH path AS MATERIALIZED (SELECT set_config('search_path', 'pg_catalog', true))
            SELECT n.nspname::text, c.relname::text, CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END, obj_description(c.oid, 'pg_class')
            FROM path CROSS JOIN pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            """)
        let views = try rows.filter { if case .text = $0[2] { true } else { false } }.map { try Self.view($0) }
        return WarehouseInspection(views: views, relations: Set(rows.map(Self.place)), tellsCase: true)
    }

    private var record: ViewRecord { ViewRecord(database: warehouse.name, session: session) }

    private static func view(_ row: [SQLValue], _ recorded: [WarehousePlace: ViewMark] = [:]) throws(CryptoError) -> WarehouseInspection.View {
        let definition = row[2].plainText ?? ""
        return .init(
            place: place(row), definition: definition, digest: try WarehouseView.digest(of: definition),
            mark: ViewMark(comment: row[3].plainText) ?? recorded[place(row).folded])
    }

    static func place(_ row: [SQLValue]) -> WarehousePlace { WarehousePlace(schema: row[0].plainText ?? "", name: row[1].plainText ?? "") }

    // MARK: Changing, within a transaction

    /// Drops what is not wanted any more. Comes first: a table may take the place of a view.
    func remove(_ difference: ViewsDifference) async throws {
        try refuse(difference)
        try await drop(difference.drop.map(\.place))
    }

    /// - Parameters:
    ///   - gone: views that were dropped to make way for tables: they are made again.
    ///   - everything: makes those again too that need no change.
    ///   - release: name of the release whose views these are.
    func make(_ difference: ViewsDifference, gone: Set<WarehousePlace> = [], everything: Bool = false, release: String?) async throws {
        let replaced = difference.replace.map(\.view)
        // Where a view gets other columns, those of ours that read it have to go first.
        var above: [WarehousePlace: Set<WarehousePlace>] = [:]
        var foreign: [WarehousePlace: [WarehousePlace]] = [:]
        if isServer {
            for view in replaced {
                let readers = try await dependents(of: [view.place])
                above[view.place] = Set(readers.filter(\.isOurs).map(\.place))
                foreign[view.place] = readers.filter { !$0.isOurs }.map(\.place).sorted()
            }
        }
        let touched = above.values.reduce(gone) { $0.union($1) }
        let again = difference.unchanged.filter { everything || touched.contains($0.place) }
        let made = WarehouseView.inOrder(difference.create + replaced + again)
        let grants = isServer ? try await self.grants(on: made.map(\.place)) : []
        for view in made {
            do {
                try await make(view, dropping: above[view.place] ?? [])
            } catch let error as EngineError {
                throw ConnectorError(warehouse.name, "cannot make the view \(view.name.text): \(Self.message(error))", help: help(foreign[view.place] ?? []))
            }
        }
        for grant in grants { try await tell(grant.sql) }
        let views = try await inspect().views
        let present = Dictionary(views.map { ($0.place.folded, $0) }, uniquingKeysWith: { first, _ in first })
        var marks = Dictionary(views.compactMap { view in view.mark.map { (view.place, $0) } }, uniquingKeysWith: { first, _ in first })
        for view in made {
            guard let found = present[view.place.folded] else { throw ConnectorError(warehouse.name, "the view \(view.place.text) was made, and is not there") }
            let mark = ViewMark(source: view.digest, definition: found.digest, release: release)
            try await tell("COMMENT ON VIEW \(try name(of: view.place)) IS \(try SQL.literal(mark.comment))")
            marks[found.place] = mark
        }
        if !isServer { try await record.write(marks.map { ($0.key, $0.value) }) }
    }

    private func refuse(_ difference: ViewsDifference) throws(ConnectorError) {
        guard let first = difference.blocked.first else { return }
        let what = first.isTable ? "a table" : "a view that pipectl has not made"
        throw ConnectorError(
            warehouse.name, "\(first.view.place.text) is \(what): the view \(first.view.name.text) cannot take its place",
            help: first.isTable ? "name the view otherwise, or drop the table" : "drop it there, or name the view of the project otherwise")
    }

    /// Drops views of ours. Those of others that depend on them are told, and stay.
    func drop(_ places: [WarehousePlace]) async throws {
        guard !places.isEmpty else { return }
        if isServer {
            let foreign = try await dependents(of: places).filter { !$0.isOurs && !places.contains($0.place) }
            guard foreign.isEmpty else { throw blocked(by: foreign, "the views \(places.map(\.text).joined(separator: ", ")) cannot be dropped") }
            let rest = try await dependents(of: places).map(\.place).filter { !places.contains($0) }
            try await tell("DROP VIEW IF EXISTS \(try (places + rest).map { try name(of: $0) }.joined(separator: ", "))")
        } else {
            for place in places { try await tell("DROP VIEW IF EXISTS \(try name(of: place))") }
        }
    }

    func blocked(by foreign: [Dependent], _ what: String) -> ConnectorError {
        let names = foreign.map(\.place.text).sorted().joined(separator: ", ")
        return ConnectorError(
            warehouse.name, "\(what): \(names) \(foreign.count == 1 ? "depends" : "depend") on them, which pipectl has not made",
            help: "drop \(names) there, and make \(foreign.count == 1 ? "it" : "them") again afterwards; or make views of the project of \(foreign.count == 1 ? "it" : "them")")
    }

    /// On a server a view that keeps its columns keeps what others built on it, and who may read it.
    private func make(_ view: WarehouseView, dropping above: Set<WarehousePlace>) async throws {
        let name = try name(of: view.place)
        let schema = isServer ? try SQL.identifier(view.place.schema) : try SQL.qualified([warehouse.name, view.place.schema])
        try await tell("CREATE SCHEMA IF NOT EXISTS \(schema)")
        guard isServer else { return try await tell("CREATE OR REPLACE VIEW \(name) AS \(view.sql)\n") }
        var tag = "pipectl"
        while view.sql.holdsBytes(of: "$\(tag)$") { tag += "_" }
        try await tell(
            """
            DO $\(tag)$ BEGIN
            CREATE OR REPLACE VIEW \(name) AS \(view.sql)
            ;
            EXCEPTION WHEN invalid_table_definition THEN
            DROP VIEW \(([name] + (try above.sorted().map { try self.name(of: $0) })).joined(separator: ", "));
            CREATE VIEW \(name) AS \(view.sql)
            ;
            END $\(tag)$
            """)
    }

    private func help(_ readers: [WarehousePlace]) -> String? {
        guard isServer else { return nil }
        if readers.isEmpty { return "a view is in the SQL of its warehouse: write it so that PostgreSQL understands it too" }
        let names = readers.map(\.text).joined(separator: ", ")
        let (read, these, them) = readers.count == 1 ? ("reads", "that", "it") : ("read", "these", "them")
        return "\(names) \(read) it, which pipectl has not made: where its columns change, drop \(these) and make \(them) again afterwards"
    }

    // MARK: On a server

    struct Dependent: Sendable {
        let place: WarehousePlace
        let isOurs: Bool
    }

    /// Views, materialised ones too, that read any of these, or read one that does.
    func dependents(of places: [WarehousePlace]) async throws -> [Dependent] {
        guard !places.isEmpty else { return [] }
        let rows = try await ask(
            """
            WITH RECURSIVE reader(source, oid) AS (
                SELECT DISTINCT d.refobjid, r.ev_class FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
                WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND r.ev_class <> d.refobjid
            ), way(oid) AS (
                SELECT reader.oid FROM reader JOIN pg_class c ON c.oid = reader.source JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE (n.nspname, c.relname) IN (\(try list(places)))
                UNION SELECT reader.oid FROM way JOIN reader ON reader.source = way.oid
            )
            SELECT n.nspname::text, c.relname::text, obj_description(c.oid, 'pg_class'), c.relkind::text
            FROM way JOIN pg_class c ON c.oid = way.oid JOIN pg_namespace n ON n.oid = c.relnamespace
            """)
        return rows.map { row in
            Dependent(place: Self.place(row), isOurs: row[3].plainText == "v" && ViewMark(comment: row[2].plainText) != nil)
        }
    }

    /// Statements that give others the rights again that they have now.
    func grants(on places: [WarehousePlace]) async throws -> [(place: WarehousePlace, sql: String)] {
        guard !places.isEmpty else { return [] }
        return try await ask(
            """
            SELECT n.nspname::text, c.relname::text, format('GRANT %s ON %I.%I TO %s%s', a.privilege_type, n.nspname, c.relname,
                CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
                CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE a.grantee <> c.relowner AND c.relkind = 'v' AND (n.nspname, c.relname) IN (\(try list(places)))
            """
        ).compactMap { row in row[2].plainText.map { (Self.place(row), $0) } }
    }

    private func list(_ places: [WarehousePlace]) throws(EngineError) -> String {
        var pairs: [String] = []
        for place in places { pairs.append("(\(try SQL.literal(place.schema)), \(try SQL.literal(place.name)))") }
        return pairs.joined(separator: ", ")
    }

    // MARK: Words to the database

    /// As statements to it name it.
    private func name(of place: WarehousePlace) throws(EngineError) -> String {
        try SQL.qualified((isServer ? [] : [warehouse.name]) + [place.schema, place.name])
    }

    private func ask(_ sql: String) async throws(EngineError) -> [[SQLValue]] {
        try await session.query("SELECT * FROM postgres_query(\(try SQL.literal(warehouse.name)), \(try SQL.literal(sql)))", []).rows
    }

    func tell(_ sql: String) async throws(EngineError) {
        if isServer {
            try await session.execute("CALL postgres_execute(\(try SQL.literal(warehouse.name)), \(try SQL.literal(sql)))")
        } else {
            try await session.execute(sql)
        }
    }

    /// What the server said, without the statement that the engine puts before it.
    static func message(_ error: EngineError) -> String {
        let lines = error.message.split(whereSeparator: \.isNewline).map(String.init)
        guard let first = lines.firstIndex(where: { $0.utf8.count > 8 && $0.holdsBytes(of: "ERROR:  ") }) else { return lines.first ?? error.message }
        let start = lines[first].utf8.indices.first { lines[first][$0...].hasPrefix("ERROR:  ") }.map { lines[first].utf8.index($0, offsetBy: 8) }
        let detail = lines[(first + 1)...].filter { $0.hasPrefix("DETAIL:  ") }.map { $0.dropFirst(9) }
        return ([start.map { String(lines[first][$0...]) } ?? lines[first]] + detail.map(String.init)).joined(separator: ": ")
    }

    func failure(_ doing: String, _ error: any Error) -> ConnectorError {
        // Of a file that is made beside it the name would tell nobody anything.
        if let error = error as? ConnectorError { return ConnectorError(warehouse.name, error.message, help: error.help) }
        if let error = error as? EngineError { return ConnectorError(warehouse.name, "\(doing): \(PasswordFile.withoutItsPath(Self.message(error)))") }
        return ConnectorError(warehouse.name, "\(doing): \(error)")
    }
}

extension SQLValue {
    fileprivate var plainText: String? { if case .text(let text) = self { text } else { nil } }
}
