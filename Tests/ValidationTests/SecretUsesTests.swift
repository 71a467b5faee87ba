import AssetLoading
import Assets
import Diagnostics
import Testing
import Validation

/// Who uses which secret, and which pipelines need a connection.
@Suite struct SecretUsesTests {
    private static let prod = """
        apiVersion: pipectl/v1
        kind: Environment
        name: prod
        secrets:
          store: secrets/prod.yml
          rotation:
            erp-password: { onRotate: { type: sql, connection: erp, sql: "ALTER ROLE etl PASSWORD ${{ secret('erp-password') }} -- ${{ secret('admin') }}" } }
        vaults: { kv: ./secrets/prod.yml, other: secrets/other.yml }
        connections:
          erp: { type: postgres, host: db, port: "${{ int(secret('erp-port')) }}", database: d, user: u, password: "${{ secret('erp-password', 'v1') }}" }
          crm: { type: postgres, host: db, database: d, user: u, password: "@Microsoft.KeyVault(VaultName=KV;SecretName=erp-password)" }
          hr: { type: postgres, host: db, database: d, user: u, password: "{{secrets/other/erp-password}}" }
        warehouse: { type: postgres, host: db, database: d, user: u, password: "${{ secret('dwh') }}" }
        """

    private func load(_ activities: String, _ more: [String: String] = [:]) -> LoadedProject {
        let lines = activities.split(separator: "\n").map { "  \($0)\n" }.joined()
        let files = ["environments/prod.yml": Self.prod, "pipelines/p.yml": "apiVersion: pipectl/v1\nkind: Pipeline\nname: p\nactivities:\n\(lines)"]
        return ProjectLoader.load(MemoryTree(files.merging(more) { $1 }))
    }

    private static let wait = "- { name: a, type: wait, seconds: 1 }"

    @Test func environmentsFields() throws {
        let project = load(Self.wait)
        let prod = try #require(project.environment(named: "prod")?.asset)
        let uses = SecretUses(project)
        #expect(uses.uses(of: "erp-password", in: prod).map { "\($0.user.text) \($0.version ?? "") \($0.vault ?? "")" } == [
            "rotation of erp-password in environment prod  ", "rotation of erp-password in environment prod  ", "connection erp of environment prod v1 ",
            "connection crm of environment prod  KV",
        ])
        #expect(uses.uses(of: "erp-password", in: prod).map(\.isOwnRotation) == [true, true, false, false])
        // What another secret's rotation needs is needed.
        #expect(uses.uses(of: "admin", in: prod).map(\.isOwnRotation) == [false])
        #expect(uses.uses(of: "erp-port", in: prod).map(\.range.start.line) == [10])
        #expect(uses.uses(of: "dwh", in: prod).map(\.user) == [.warehouse(environment: "prod")])
        #expect(uses.uses(of: "erp-password", inStore: "secrets/../secrets/other.yml", of: prod).map(\.user) == [.connection("hr", environment: "prod")])
        let dev = try #require(project.environment(named: "dev")?.asset)
        #expect(uses.uses(in: dev).isEmpty && uses.unreadFiles.isEmpty)
    }

    @Test func pipelinesAndTheirSQL() throws {
        let project = load(
            """
            - { name: t, type: transform, query: t.sql, into: silver.t }
            - { name: h, template: h, parameters: { key: "${{ secret('given') }}" } }
            - { name: c, type: lookup, source: { connection: erp, query: "select ${{ secret(concat('a', 'b', utcNow())) }}" } }
            """,
            ["pipelines/t.sql": "select ${{ secret('salt') }} as x\nfrom bronze.o",
             "templates/h.yml": "apiVersion: pipectl/v1\nkind: Template\nname: h\nparameters: { key: { type: string } }\nactivities:\n  - { name: x, type: transform, query: \"select ${{ params.key }} || ${{ secret('pepper') }} as y\", into: silver.u }\n"])
        let uses = SecretUses(project)
        let found = uses.uses.filter { if case .activity = $0.user { true } else { false } }
        #expect(found.map { "\($0.range.path):\($0.range.start.line) \($0.name ?? "?") \($0.call.map { "\($0.path):\($0.start.line)" } ?? "")" } == [
            "pipelines/p.yml:6 given pipelines/p.yml:6", "pipelines/p.yml:7 ? ", "pipelines/t.sql:1 salt ", "templates/h.yml:6 pepper pipelines/p.yml:6",
        ])
        #expect(found.allSatisfy { $0.environments == ["dev", "prod"] })
    }

    @Test(arguments: [
        ("select * from erp.public.o", ["p"]), ("select * from \"ERP\" . o", ["p"]), ("select o.erp.x from a.erp.o", []), ("select 'erp.x' -- erp.x\n from b", []),
        ("/* /* */ erp.o */ select 1 from erp", []), ("select \"a\"\"erp\".b, 'it''s' from c join ERP.d", ["p"]), ("select * from ${{ params.c }}.o", ["p"]),
    ])
    func connectionsInSQL(sql: String, expected: [String]) throws {
        let uses = SecretUses(load("- { name: t, type: transform, query: t.sql, into: silver.t }", ["pipelines/t.sql": sql]))
        #expect(uses.pipelines(using: "erp") == expected)
    }

    @Test(arguments: [
        ("- { name: a, type: copy, source: { connection: erp, table: o }, into: bronze.o }", ["p"]),
        ("- { name: a, type: copy, source: { table: gold.o }, into: { connection: erp, table: o } }", ["p"]),
        ("- { name: a, type: forEach, items: [ erp ], activities: [ { name: b, type: lookup, source: { connection: \"${{ item() }}\", table: o } } ] }", ["p"]),
        ("- { name: a, type: publish, tables: [ gold.o ] }", []),
    ])
    func connectionsOfActivities(activity: String, expected: [String]) throws {
        let uses = SecretUses(load(activity))
        #expect(uses.pipelines(using: "erp") == expected)
        #expect(uses.pipelines(of: .warehouse(environment: "prod")) == (activity.contains("publish") ? ["p"] : []))
    }

    /// What cannot be read may use anything.
    @Test func gaps() throws {
        #expect(SecretUses(load("- { name: a, type: nothing }")).unreadFiles == ["pipelines/p.yml"])
        #expect(SecretUses(load("- { name: t, type: transform, query: t.sql, into: silver.t }")).unreadFiles == ["pipelines/t.sql"])
        #expect(SecretUses(load(Self.wait, ["pipelines/q.yml": "kind: [", "environments/x.yml": "apiVersion: pipectl/v1\nkind: Environment\nname: x\nconections: {}\n"])).unreadFiles == ["environments/x.yml", "pipelines/q.yml"])
    }
}
