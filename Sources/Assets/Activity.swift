package import Diagnostics
package import Expressions
package import Support

/// One step of a pipeline.
package struct Activity: Sendable {
    package let name: Located<String>
    package let description: String?
    package let dependsOn: [Dependency]
    package let retry: Retry
    /// Longest time of one attempt.
    package let timeout: Located<Duration>?
    package let kind: ActivityKind
    package let range: SourceRange
    /// Where the template is used that this activity came from.
    package let call: SourceRange?

    /// Data Factory's activity dependency.
    package struct Dependency: Sendable {
        package enum Condition: String, Sendable, CaseIterable { case succeeded, failed, skipped, completed }
        package let activity: Located<String>
        package let conditions: [Located<Condition>]
        /// Of all conditions; nil where they are left out.
        package let conditionsRange: SourceRange?
    }

    package struct Retry: Sendable {
        /// Attempts after the first.
        package let count: Int
        package let interval: Duration
        /// The pause grows by this factor from attempt to attempt.
        package let backoff: Double
        /// nil where it is left out.
        package let range: SourceRange?

        package static let none = Retry(count: 0, interval: .seconds(30), backoff: 1, range: nil)
    }
}

package indirect enum ActivityKind: Sendable {
    case copy(Copy)
    case transform(Transform)
    case lookup(source: DataSource, firstRowOnly: Bool)
    case forEach(ForEach)
    case `if`(condition: Dynamic<Bool>, then: [Activity], otherwise: [Activity])
    case setVariable(name: Located<String>, value: DynamicValue)
    case appendVariable(name: Located<String>, value: DynamicValue)
    case wait(seconds: Dynamic<Int>)
    case fail(message: Dynamic<String>, errorCode: Dynamic<String>?)
    case pipeline(name: Located<String>, parameters: [MapEntry<DynamicValue>])
    case publish(Publish)
    case delete(Delete)

    package struct Copy: Sendable {
        package let source: DataSource
        package let write: TableWrite
        /// Adds `_ingested_at`, `_run_id` and `_source`.
        package let audit: Bool
    }

    package struct Transform: Sendable {
        package let query: SQLSource
        /// Inputs that are no tables, by the name the query uses.
        package let sources: [MapEntry<DataSource>]
        package let write: TableWrite
    }

    package struct ForEach: Sendable {
        package let items: Dynamic<JSONValue>
        /// The items themselves, where they are written as a list.
        package let literalItems: [JSONValue]?
        package let batchCount: Int
        package let activities: [Activity]
    }

    package struct Publish: Sendable {
        /// Of the lake.
        package let tables: [Dynamic<String>]
        /// Of the warehouse, by LAYER.NAME: each one SELECT over published tables and other views.
        package let views: [MapEntry<SQLSource>]
    }

    package enum Delete: Sendable {
        case files(connection: Dynamic<String>, path: Dynamic<String>)
        case rows(table: Dynamic<String>, condition: DynamicCondition)
    }

    /// `forEach`
    package var typeName: String {
        switch self {
        case .copy: "copy"
        case .transform: "transform"
        case .lookup: "lookup"
        case .forEach: "forEach"
        case .if: "if"
        case .setVariable: "setVariable"
        case .appendVariable: "appendVariable"
        case .wait: "wait"
        case .fail: "fail"
        case .pipeline: "pipeline"
        case .publish: "publish"
        case .delete: "delete"
        }
    }

    /// SQL that the engine compiles: of a transform, or of views.
    package var queries: [SQLSource] {
        switch self {
        case .transform(let transform): [transform.query]
        case .publish(let publish): publish.views.map(\.value)
        default: []
        }
    }

    /// Lists of activities inside this one.
    package var lists: [[Activity]] {
        switch self {
        case .forEach(let loop): [loop.activities]
        case .if(_, let then, let otherwise): [then, otherwise]
        default: []
        }
    }

    /// Activities inside this one.
    package var children: [Activity] { Array(lists.joined()) }
}

/// SQL written in the pipeline, or in a file beside it.
package enum SQLSource: Sendable {
    case inline(SQLText)
    /// A path relative to the folder of the file that names it; in a template, with the arguments that its
    /// expressions see and the place of the use.
    case file(Located<String>, arguments: [String: Substitution]?, call: SourceRange?)

    package var range: SourceRange {
        switch self {
        case .inline(let text): text.range
        case .file(let path, _, _): path.range
        }
    }
}
