package import Diagnostics
internal import Support

/// What a `copy`, `lookup` or named input reads.
package struct DataSource: Sendable {
    package enum Selection: Sendable {
        /// A table of the connection, or of the lake where there is no connection.
        case table(Dynamic<String>)
        /// A query in the connection's own SQL.
        case query(Dynamic<String>)
        /// Files below the connection's root: a path, a folder or a pattern.
        case path(Dynamic<String>)
    }

    /// nil: the lake.
    package let connection: Dynamic<String>?
    package let selection: Selection
    package let format: FileFormat?
    package let incremental: Incremental?
    package let range: SourceRange

    package static let codec = Codec<DataSource>.object("source", "Where rows are read from.") { r in
        let connection = r.optional("connection", Codec<Dynamic<String>>.dynamicName, "Connection of the environment; none: the lake.")
        let table = r.optional("table", Codec<Dynamic<String>>.dynamicText, "Table of the connection, or LAYER.NAME of the lake.")
        let query = r.optional("query", Codec<Dynamic<String>>.dynamicText, "Query in the connection's own SQL.")
        let path = r.optional("path", Codec<Dynamic<String>>.dynamicText, "File, folder or pattern (*, ?, **) below the connection's root.")
        let format = r.optional("format", FileFormat.codec, "How the files are written.")
        let incremental = r.optional("incremental", Incremental.codec, "Read only what is new since the last run.")
        let given = [table.map(Selection.table), query.map(Selection.query), path.map(Selection.path)].compactMap { $0 }
        if given.count != 1, !r.isDescribing {
            r.report(.invalidCombination, "a source needs exactly one of \"table\", \"query\" and \"path\"")
        }
        if format != nil, path == nil, !r.isDescribing {
            r.report(.invalidCombination, "\"format\" belongs to a \"path\"", at: "format")
        }
        if connection == nil, table == nil, !r.isDescribing {
            r.report(.invalidCombination, "a \"query\" or \"path\" needs a \"connection\"")
        }
        if let text = path?.literal, format == nil, !r.has("format"), FileFormat.Kind(path: text) == nil, !r.isDescribing {
            r.report(
                .missingKey, "\"\(text)\" does not tell what kind of files it names", at: "path",
                help: "add a format: { type: csv | json | ndjson | parquet }")
        }
        return DataSource(
            connection: connection,
            selection: given.first ?? .table(Dynamic(.literal(""), at: r.range)),
            format: format, incremental: incremental, range: r.range)
    }
}

/// How data files are written.
package struct FileFormat: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case csv, json, ndjson, parquet

        /// As the end of a file's name tells, or that of a pattern.
        package init?(path: String) {
            let name = path.lowercased()
            let suffixes: [(String, Kind)] = [
                (".csv", .csv), (".csv.gz", .csv), (".tsv", .csv), (".json", .json), (".ndjson", .ndjson), (".jsonl", .ndjson),
                (".parquet", .parquet),
            ]
            guard let found = suffixes.first(where: { name.hasSuffix($0.0) }) else { return nil }
            self = found.1
        }
    }

    package let type: Kind
    package let header: Bool?
    package let delimiter: String?
    package let quote: String?
    package let escape: String?
    /// Texts that mean NULL.
    package let nullText: [String]
    /// Every column as text, nothing guessed.
    package let allText: Bool
    package let encoding: String?
    package let dateFormat: String?
    package let timestampFormat: String?
    /// Names and SQL types of the columns; then nothing is guessed, and the columns are known before anything runs.
    package let columns: [MapEntry<String>]

    package static let codec = Codec<FileFormat>.object("format", "How data files are written.") { r in
        FileFormat(
            type: r.required("type", .enumeration, "Kind of file."),
            header: r.optional("header", .boolean, "CSV: the first line names the columns."),
            delimiter: r.optional("delimiter", .text, "CSV: what separates fields."),
            quote: r.optional("quote", .text, "CSV: what encloses fields."),
            escape: r.optional("escape", .text, "CSV: what escapes a quote."),
            nullText: r.defaulted("nullText", Codec<String>.text.list(), "CSV: texts that mean NULL.", default: [], shown: []),
            allText: r.defaulted("allText", .boolean, "CSV: read every column as text.", default: false, shown: false),
            encoding: r.optional("encoding", .oneOf(["utf-8", "utf-16", "latin-1"]), "CSV: character encoding; default utf-8."),
            dateFormat: r.optional("dateFormat", .text, "CSV: form of dates, as strptime writes it: %m/%d/%Y."),
            timestampFormat: r.optional("timestampFormat", .text, "CSV: form of timestamps."),
            columns: r.defaulted(
                "columns", Codec<String>.text.dictionary(), "SQL type of each column by name.", default: []))
    }
}

/// High-watermark reading: rows whose column is greater than at the last run.
package struct Incremental: Sendable {
    package let column: Located<String>
    /// Reads this far behind the watermark again, for rows that were committed late; needs `key`.
    package let lookback: Duration?
    /// Together with the column identifies a version of a row, so that what was read before is not taken twice.
    package let key: [Located<String>]

    package static let codec = Codec<Incremental>.object("incremental", "Reading only what is new.") { r in
        let value = Incremental(
            column: r.required("column", Codec<Located<String>>.locatedText, "Column that grows: a timestamp, date, number or text."),
            lookback: r.optional("lookback", .duration, "How far behind the last value to look again."),
            key: r.defaulted(
                "key", Codec<[Located<String>]>.textsOrOne, "Columns that identify a row in the source.", default: []))
        if value.lookback != nil, value.key.isEmpty {
            r.report(
                .invalidCombination, "\"lookback\" needs a \"key\" to recognise rows that were read before", at: "lookback")
        }
        return value
    }
}
