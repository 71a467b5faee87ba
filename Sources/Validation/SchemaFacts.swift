internal import Support
internal import AssetLoading
package import Assets
package import Diagnostics
package import Engine

/// What one file with a locked schema tells: columns by table, query and file of a connection.
package struct SchemaFacts: Sendable {
    package let path: String
    /// nil where the file could not be read.
    package let connection: Located<String>?
    /// By name in lower case.
    package var tables: [String: [SQLColumn]] = [:]
    /// By exact text.
    package var queries: [String: [SQLColumn]] = [:]
    /// By path as pipelines write it.
    package var files: [String: [SQLColumn]] = [:]
    /// Of the warehouse: tables that readers count upon, in the order of the file. It has nothing else.
    package var published: [Published] = []
    package let diagnostics: [Diagnostic]

    /// A published table as it is locked.
    package struct Published: Sendable {
        package struct Column: Sendable {
            package let name: Located<String>
            package let type: SQLType
            package let typeRange: SourceRange
        }
        /// LAYER.NAME of the lake, as `publish` names it.
        package let table: Located<String>
        package let columns: [Column]
    }

    /// Of the columns of queries and files.
    var digest: ContentDigest {
        var builder = ContentDigestBuilder()
        for part in [queries, files] {
            for (name, columns) in part.sorted(by: { $0.key < $1.key }) {
                builder.add(name)
                builder.add(TableColumns.digest(of: columns))
            }
        }
        return builder.digest
    }

    package init(path: String, connection: Located<String>?, diagnostics: [Diagnostic]) {
        self.path = path
        self.connection = connection
        self.diagnostics = diagnostics
    }

    init(_ file: LoadedSchema, _ frame: FrameScope) {
        self.init(
            path: file.path, connection: file.schema?.connection,
            diagnostics: file.diagnostics + (file.schema.map { SchemaRule.check($0, frame) } ?? []))
        guard let schema = file.schema else { return }
        if frame.isWarehouse(schema.connection.value) {
            published = schema.tables.compactMap { table in
                Self.published(table.value.columns).map { Published(table: table.key, columns: $0) }
            }
            return
        }
        for table in schema.tables { tables[table.name.lowercased()] = Self.columns(table.value.columns) }
        for query in schema.queries { queries[query.text.value] = Self.columns(query.columns) }
        for file in schema.files { files[file.name] = Self.columns(file.value.columns) }
    }

    private static func published(_ entries: [MapEntry<String>]) -> [Published.Column]? {
        var columns: [Published.Column] = []
        for entry in entries {
            guard let type = try? SQLType(parsing: entry.value) else { return nil }
            columns.append(.init(name: entry.key, type: type, typeRange: entry.valueRange))
        }
        return columns
    }

    /// nil where a type is none: that was told, and the relation is taken as unknown.
    private static func columns(_ entries: [MapEntry<String>]) -> [SQLColumn]? {
        var columns: [SQLColumn] = []
        for entry in entries {
            guard let type = try? SQLType(parsing: entry.value) else { return nil }
            columns.append(SQLColumn(name: entry.name, type: type))
        }
        return columns
    }
}
