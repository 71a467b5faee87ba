internal import AssetLoading
internal import Assets
internal import Expressions
internal import Support

extension Meaning {
    /// Activities of a list and, after each, those inside it: where one stands is a field of it.
    static func activities(_ list: [Activity], in place: String?, of file: LoadedPipeline) -> [Meaning] {
        list.flatMap { activity -> [Meaning] in
            let name = activity.name.value
            var inner: [Meaning] = []
            switch activity.kind {
            case .forEach(let loop): inner = activities(loop.activities, in: name, of: file)
            case .if(_, let then, let otherwise):
                inner = activities(then, in: "\(name), then", of: file) + activities(otherwise, in: "\(name), else", of: file)
            default: break
            }
            return [self.activity(activity, in: place, of: file)] + inner
        }
    }

    private static func activity(_ activity: Activity, in place: String?, of file: LoadedPipeline) -> Meaning {
        var fields: JSONObject = ["type": .string(activity.kind.typeName)]
        fields.set("in", place)
        fields.set("description", activity.description)
        fields.set(names: Array(Set(activity.dependsOn.map(dependency))), "dependsOn")
        if activity.retry.count > 0 {
            fields.set("retry.count", activity.retry.count)
            fields["retry.interval"] = .duration(activity.retry.interval)
            fields["retry.backoff"] = .double(activity.retry.backoff)
        }
        fields.set("timeout", activity.timeout.map { .duration($0.value) })
        var (sql, checks): ([String: SQLMeaning], [Meaning]) = ([:], [])
        switch activity.kind {
        case .copy(let copy):
            set(copy.source, "source", &fields, &sql)
            checks = set(copy.write, &fields)
            fields["audit"] = .bool(copy.audit)
        case .transform(let transform):
            if let text = file.sql(of: transform.query) {
                sql["query"] = SQLMeaning(text)
            } else {
                fields.set("query", transform.query.path)
            }
            for entry in transform.sources { set(entry.value, "sources.\(entry.name)", &fields, &sql) }
            checks = set(transform.write, &fields)
        case .lookup(let source, let firstRowOnly):
            set(source, "source", &fields, &sql)
            fields["firstRowOnly"] = .bool(firstRowOnly)
        case .forEach(let loop):
            fields["items"] = loop.items.meaning { $0 }
            fields.set("batchCount", loop.batchCount)
        case .if(let condition, _, _): fields["condition"] = condition.meaning { .bool($0) }
        case .setVariable(let name, let value), .appendVariable(let name, let value):
            fields.set("variable", name.value)
            fields["value"] = value.meaning
        case .wait(let seconds): fields["seconds"] = seconds.meaning
        case .fail(let message, let errorCode):
            fields["message"] = message.meaning
            fields.set("errorCode", errorCode?.meaning)
        case .pipeline(let name, let parameters):
            fields.set("pipeline", name.value)
            for entry in parameters { fields["parameters.\(entry.name)"] = entry.value.meaning }
        case .publish(let publish):
            for view in publish.views {
                if let text = file.sql(of: view.value) {
                    sql[viewPrefix + view.name] = SQLMeaning(text)
                } else {
                    fields.set(viewPrefix + view.name, view.value.path)
                }
            }
            fields["tables"] = .array(publish.tables.map(\.meaning).sorted { $0.text() < $1.text() })
        case .delete(.files(let connection, let path)):
            fields["connection"] = connection.meaning
            fields["path"] = path.meaning
        case .delete(.rows(let table, let condition)):
            fields["table"] = table.meaning
            sql["where"] = SQLMeaning(condition: condition.text)
        }
        return Meaning(
            .activity, activity.name.value, fields: fields, parts: checks, sql: sql, place: activity.range, call: activity.call)
    }

    /// Of the fields of a publish activity that are the queries of views.
    static let viewPrefix = "views."

    /// `orders`, `orders (failed, skipped)`: succeeded goes without saying.
    private static func dependency(_ dependency: Activity.Dependency) -> String {
        let conditions = Set(dependency.conditions.map(\.value.rawValue)).sorted()
        return conditions == ["succeeded"] ? dependency.activity.value : "\(dependency.activity.value) (\(conditions.joined(separator: ", ")))"
    }

    private static func set(_ source: DataSource, _ key: String, _ fields: inout JSONObject, _ sql: inout [String: SQLMeaning]) {
        fields.set("\(key).connection", source.connection?.meaning)
        switch source.selection {
        case .table(let table): fields["\(key).table"] = table.meaning
        case .query(let query): sql["\(key).query"] = SQLMeaning(foreign: query)
        case .path(let path): fields["\(key).path"] = path.meaning
        }
        if let format = source.format {
            for member in format.meaning.members { fields["\(key).format.\(member.key)"] = member.value }
        } else if case .path(let path) = source.selection, let type = path.literal.flatMap({ FileFormat.Kind(path: $0) }) {
            fields.set("\(key).format.type", type.rawValue)
        }
        if let incremental = source.incremental {
            fields.set("\(key).incremental.column", incremental.column.value)
            fields.set("\(key).incremental.lookback", incremental.lookback.map { .duration($0) })
            fields.set(names: incremental.key.map(\.value), "\(key).incremental.key")
        }
    }

    /// Returns its checks.
    private static func set(_ write: TableWrite, _ fields: inout JSONObject) -> [Meaning] {
        switch write.into {
        case .lake(let name): fields["into"] = name.meaning
        case .database(let connection, let table):
            fields["into.connection"] = connection.meaning
            fields["into.table"] = table.meaning
        }
        fields.set("mode", write.mode.value.rawValue)
        fields.set(names: write.key.map(\.value), "key")
        fields.set("onSchemaChange", write.schemaChange.rawValue)
        return write.checks.flatMap(Meaning.checks)
    }
}

extension FileFormat {
    fileprivate var meaning: JSONObject {
        var fields: JSONObject = ["type": .string(type.rawValue)]
        fields.set("header", header)
        fields.set("delimiter", delimiter)
        fields.set("quote", quote)
        fields.set("escape", escape)
        fields.set(names: nullText, "nullText")
        if allText { fields.set("allText", true) }
        fields.set("encoding", encoding == "utf-8" ? nil : encoding)
        fields.set("dateFormat", dateFormat)
        fields.set("timestampFormat", timestampFormat)
        // Files without a header give them by their order.
        if !columns.isEmpty { fields["columns"] = .texts(columns.map { "\($0.name) \($0.value)" }) }
        return fields
    }
}

extension SQLSource {
    fileprivate var path: String? { if case .file(let path, _, _) = self { path.value } else { nil } }
}
