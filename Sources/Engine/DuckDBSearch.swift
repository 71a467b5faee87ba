internal import Glibc
internal import Support

/// Where DuckDB's library and its extensions are looked for. Nothing is ever downloaded.
package struct DuckDBSearch: Sendable, Hashable {
    /// `PIPECTL_DUCKDB_LIBRARY`: the library itself, which then is the only candidate.
    package var libraryFile: String?
    /// `PIPECTL_LIBPYTHON`: the interpreter's library a wheel needs, in place of the one that is found.
    package var pythonLibraryFile: String?
    /// Folders that may hold `libduckdb.so`.
    package var libraryDirectories: [String]
    /// `site-packages` folders that may hold the `duckdb` wheel and wheels of extensions.
    package var sitePackages: [String]
    /// Folders that may hold `NAME.duckdb_extension`, itself or in `v1.5.5/` or `v1.5.5/<platform>/`.
    package var extensionDirectories: [String]

    package init(
        libraryFile: String? = nil, pythonLibraryFile: String? = nil, libraryDirectories: [String] = [],
        sitePackages: [String] = [], extensionDirectories: [String] = []
    ) {
        self.libraryFile = libraryFile
        self.pythonLibraryFile = pythonLibraryFile
        self.libraryDirectories = libraryDirectories
        self.sitePackages = sitePackages
        self.extensionDirectories = extensionDirectories
    }

    /// The usual places under each of the folders (that of the executable, and those above it): `.tools/duckdb`,
    /// `.tools/duckdb/extensions` and the Python environment `.venv`; before them what the variables
    /// `PIPECTL_DUCKDB_LIBRARY`, `PIPECTL_LIBPYTHON`, `PIPECTL_PYTHON_ENV` and `PIPECTL_DUCKDB_EXTENSIONS` name.
    package static func standard(roots: [String], environment: [String: String]) -> DuckDBSearch {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let environments = [variable("PIPECTL_PYTHON_ENV")].compactMap(\.self) + roots.map { FileSystem.join($0, ".venv") }
        return DuckDBSearch(
            libraryFile: variable("PIPECTL_DUCKDB_LIBRARY"), pythonLibraryFile: variable("PIPECTL_LIBPYTHON"),
            libraryDirectories: roots.map { FileSystem.join($0, ".tools/duckdb") },
            sitePackages: environments.flatMap { sitePackages(of: $0) },
            extensionDirectories: [variable("PIPECTL_DUCKDB_EXTENSIONS")].compactMap(\.self)
                + roots.map { FileSystem.join($0, ".tools/duckdb/extensions") })
    }

    /// `lib/python3.*/site-packages` of a virtual environment, newest Python first; where there is none, the pattern
    /// itself, so that an error can name it.
    package static func sitePackages(of environment: String) -> [String] {
        let library = FileSystem.join(environment, "lib")
        let pythons = ((try? FileSystem.list(library)) ?? []).compactMap { entry in
            entry.name.hasPrefix("python3.") ? Int(entry.name.dropFirst(8)) : nil
        }
        if pythons.isEmpty { return [FileSystem.join(library, "python3.*/site-packages")] }
        return pythons.sorted(by: >).map { FileSystem.join(library, "python3.\($0)/site-packages") }
    }

    package struct Library: Sendable, Hashable {
        package let path: String
        /// The interpreter's library that has to be opened first; nil for an official `libduckdb.so`.
        package let python: String?
    }

    /// The first library there is. Throws `.unavailable` with the places looked at.
    package func locate() throws(EngineError) -> Library {
        var looked: [String] = []
        if let file = libraryFile {
            guard FileSystem.exists(file) else {
                throw EngineError(.unavailable, "cannot find DuckDB: PIPECTL_DUCKDB_LIBRARY names \(file), and nothing is there")
            }
            return try library(file)
        }
        for directory in libraryDirectories {
            let file = FileSystem.join(directory, "libduckdb.so")
            if FileSystem.exists(file) { return Library(path: file, python: nil) }
            looked.append(file)
        }
        for directory in sitePackages {
            let modules = ((try? FileSystem.list(directory)) ?? []).filter { Self.isWheelModule($0.name) }
            if let module = modules.first { return try library(FileSystem.join(directory, module.name)) }
            looked.append(FileSystem.join(directory, "_duckdb.cpython-*.so"))
        }
        throw EngineError(
            .unavailable,
            "cannot find DuckDB \(DuckDBLibrary.requiredVersion): looked for "
                + (looked.isEmpty ? "nothing, as no place is configured" : looked.joined(separator: ", ")) + "; run scripts/setup")
    }

    static func isWheelModule(_ name: String) -> Bool { name.hasPrefix("_duckdb.cpython-") && name.hasSuffix(".so") }

    private func library(_ file: String) throws(EngineError) -> Library {
        let name = FileSystem.lastComponent(of: file)
        guard Self.isWheelModule(name) else { return Library(path: file, python: nil) }
        return Library(path: file, python: try pythonLibrary(for: file, named: name))
    }

    /// `libpython3.N.so` for a module `_duckdb.cpython-3N-...so`: of the interpreter the environment was made from, or
    /// Debian's.
    private func pythonLibrary(for file: String, named name: String) throws(EngineError) -> String {
        if let pythonLibraryFile { return pythonLibraryFile }
        let tag = name.dropFirst("_duckdb.cpython-3".count)
        let minor = String(tag.prefix { $0.isASCII && $0.isNumber })
        var directories: [String] = []
        // <environment>/lib/python3.N/site-packages/<file>
        let environment = FileSystem.normalise(FileSystem.join(FileSystem.parent(of: file), "../../.."))
        for home in Self.interpreterFolders(environment) { directories.append(FileSystem.normalise(FileSystem.join(home, "../lib"))) }
        directories += ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib"]
        var looked: [String] = []
        for directory in directories {
            for ending in [".so.1.0", ".so.1", ".so"] {
                let candidate = FileSystem.join(directory, "libpython3.\(minor)\(ending)")
                if FileSystem.exists(candidate) { return candidate }
                looked.append(candidate)
            }
        }
        throw EngineError(
            .unavailable,
            "cannot load DuckDB from \(file): it needs libpython3.\(minor), looked for \(looked.joined(separator: ", ")); "
                + "set PIPECTL_LIBPYTHON, or run scripts/setup")
    }

    /// Folders of the base interpreter by `pyvenv.cfg`: `home`, and those of `base-executable` and `executable`.
    private static func interpreterFolders(_ environment: String) -> [String] {
        let path = FileSystem.join(environment, "pyvenv.cfg")
        guard let bytes = try? FileSystem.read(path, limit: 1 << 16) else { return [] }
        var folders: [String] = []
        for line in String(decoding: bytes, as: UTF8.self).utf8.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard parts.count == 2, let key = trimmed(parts[0]), let value = trimmed(parts[1]) else { continue }
            switch key {
            case "home": folders.append(value)
            case "base-executable", "executable": folders.append(FileSystem.parent(of: (try? FileSystem.realPath(value)) ?? value))
            default: break
            }
        }
        return folders
    }

    private static func trimmed(_ text: Substring.UTF8View) -> String? {
        var text = text
        while let first = text.first, first == 32 || first == 9 { text.removeFirst() }
        while let last = text.last, last == 32 || last == 9 { text.removeLast() }
        return text.isEmpty ? nil : String(Substring(text))
    }

    /// File of the extension; throws `.unavailable` with the places looked at.
    func locateExtension(_ name: String, platform: String) throws(EngineError) -> String {
        let file = "\(name).duckdb_extension"
        let version = DuckDBLibrary.requiredVersion
        var looked: [String] = []
        for directory in extensionDirectories {
            for folder in ["", version, "\(version)/\(platform)"] {
                let candidate = FileSystem.join(FileSystem.join(directory, folder), file)
                if FileSystem.exists(candidate) { return candidate }
                looked.append(candidate)
            }
        }
        for directory in sitePackages {
            let candidate = FileSystem.join(directory, "duckdb_extension_\(name)/extensions/\(version)/\(file)")
            if FileSystem.exists(candidate) { return candidate }
            looked.append(candidate)
        }
        throw EngineError(
            .unavailable, "cannot find the DuckDB extension \(name): looked for \(looked.joined(separator: ", ")); run scripts/setup")
    }
}
