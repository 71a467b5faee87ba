import Foundation
import Testing

import Engine
import Support

@Suite struct LibraryTests {
    @Test func aMissingLibraryNamesWhatWasLookedFor() async throws {
        try await TestEngine.withFolder { folder async throws in
            // Nothing is loaded while no library is found, so this holds whatever other tests have loaded.
            for search in [
                DuckDBSearch(libraryDirectories: [folder], sitePackages: [folder + "/site"]),
                DuckDBSearch.standard(roots: [folder], environment: [:]),
                DuckDBSearch(libraryFile: folder + "/libduckdb.so"), DuckDBSearch(),
            ] {
                let error = #expect(throws: EngineError.self) { _ = try search.locate() }
                #expect(error?.kind == .unavailable)
            }
            let error = #expect(throws: EngineError.self) {
                _ = try DuckDBSearch(libraryDirectories: [folder], sitePackages: [folder + "/site"]).locate()
            }
            #expect(error?.message.contains("\(folder)/libduckdb.so, \(folder)/site/_duckdb.cpython-*.so; run scripts/setup") == true)
        }
    }

    @Test func whereLibrariesAreFound() async throws {
        try await TestEngine.withFolder { folder async throws in
            let site = folder + "/.venv/lib/python3.11/site-packages"
            try FileSystem.createDirectory(site)
            try FileSystem.createDirectory(folder + "/base/bin")
            try FileSystem.createDirectory(folder + "/base/lib")
            try FileSystem.writeAtomically(Array("home = \(folder)/base/bin\r\nversion = 3.11.7\r\n".utf8), to: folder + "/.venv/pyvenv.cfg")
            try FileSystem.writeAtomically([], to: site + "/_duckdb.cpython-311-x86_64-linux-gnu.so")
            try FileSystem.writeAtomically([], to: folder + "/base/lib/libpython3.11.so.1.0")
            let search = DuckDBSearch.standard(roots: [folder], environment: [:])
            let wheel = try search.locate()
            #expect(wheel.path == site + "/_duckdb.cpython-311-x86_64-linux-gnu.so")
            #expect(wheel.python == folder + "/base/lib/libpython3.11.so.1.0")
            let named = DuckDBSearch.standard(roots: [folder], environment: ["PIPECTL_LIBPYTHON": "/x/libpython3.11.so"])
            #expect(try named.locate().python == "/x/libpython3.11.so")
            try FileSystem.createDirectory(folder + "/.tools/duckdb")
            try FileSystem.writeAtomically([], to: folder + "/.tools/duckdb/libduckdb.so")
            #expect(try search.locate().path == folder + "/.tools/duckdb/libduckdb.so")
            #expect(try search.locate().python == nil)
            let variable = DuckDBSearch.standard(roots: [folder], environment: ["PIPECTL_DUCKDB_LIBRARY": wheel.path])
            #expect(try variable.locate().path == wheel.path)
        }
    }

    @Test func theVersionIsTheOneNeeded() async throws {
        try await TestEngine.withEngine { engine async throws in
            #expect(engine.version == "DuckDB 1.5.5")
            try await engine.withSession { session async throws in
                #expect(try await session.query("SELECT version()").rows == [[.text("v1.5.5")]])
            }
        }
    }

    @Test func extensionsComeFromFilesOnly() async throws {
        try await TestEngine.withEngine { engine async throws in
            try await engine.loadExtension("json")
            try await engine.loadExtension("sqlite")
            try await engine.loadExtension("sqlite_scanner")
            let missing = await TestEngine.engineError { try await engine.loadExtension("spatial") }
            #expect(missing?.kind == .unavailable)
            #expect(missing?.message.contains("duckdb_extension_spatial/extensions/v1.5.5/spatial.duckdb_extension") == true)
            #expect(await TestEngine.engineError { try await engine.loadExtension("../x") }?.kind == .unavailable)
            try await engine.withSession { session async throws in
                let loaded = try await session.query("SELECT loaded FROM duckdb_extensions() WHERE extension_name = 'sqlite_scanner'")
                #expect(loaded.rows == [[.boolean(true)]])
                let install = await TestEngine.engineError { _ = try await session.query("SELECT * FROM 'https://localhost:1/x.parquet'") }
                #expect(install != nil)
                for (setting, value) in [("autoinstall_known_extensions", "false"), ("autoload_known_extensions", "false"), ("TimeZone", "UTC"), ("errors_as_json", "true")] {
                    #expect(try await session.query("SELECT current_setting($1)::VARCHAR", [.text(setting)]).rows == [[.text(value)]])
                }
            }
        }
    }

    @Test func configuration() async throws {
        try await TestEngine.withFolder { folder async throws in
            let configuration = EngineConfiguration(
                database: folder + "/w.duckdb", threads: 1, memory: "512MiB", temporaryDirectory: folder + "/spill")
            try await TestEngine.withSession(configuration) { session async throws in
                let rows = try await session.query("SELECT current_setting('threads')::VARCHAR, current_setting('memory_limit'), current_setting('temp_directory')")
                #expect(rows.rows == [[.text("1"), .text("512.0 MiB"), .text(folder + "/spill")]])
                try await session.execute("CREATE TABLE t AS SELECT 1 AS a")
            }
            try await TestEngine.withSession(configuration) { session async throws in
                #expect(try await session.query("FROM t").rows == [[.integer(1)]])
            }
            let error = await TestEngine.engineError { _ = try await TestEngine.open(EngineConfiguration(database: folder + "/no/w.duckdb")) }
            #expect(error?.kind == .inputOutput)
            #expect(await TestEngine.engineError { _ = try await TestEngine.open(EngineConfiguration(memory: "lots")) } != nil)
        }
    }

    @Test(arguments: [
        ("75%", 750), ("100 %", 1000), ("2MB", 2_000_000), ("1.5 GiB", 1_610_612_736), ("101%", nil), ("0%", nil), ("", nil), ("GB", nil),
        ("4", nil), ("1KB", nil), ("-1GB", nil), ("4XB", nil), ("1.2.3GB", nil),
    ] as [(String, Int?)])
    func amountsOfMemory(text: String, bytes: Int?) {
        #expect(MemorySize.bytes(text, of: 1000) == bytes)
    }

    @Test func memoryOfTheMachine() { #expect(MemorySize.available > 64 << 20) }
}
