package import AssetLoading
package import Assets
package import Diagnostics
package import Support

/// What one pipeline tells of itself to rules that look at several: the part of it that is kept between validations.
package struct PipelineFacts: Sendable {
    package let path: String
    /// nil where the pipeline could not be read.
    package let name: Located<String>?
    /// What it is called in the file, or by the file.
    package let givenName: String
    package var parameters: [Parameter] = []
    package var calls: [Call] = []
    package var usedTemplates: [String] = []
    /// Tables of the lake that it reads, or whose rows it deletes.
    package var reads: [TableUse] = []
    /// Tables of the lake that it writes.
    package var writes: [TableUse] = []
    /// Tables of the lake that it publishes.
    package var publishes: [TableUse] = []
    /// What it publishes is known in part only when it runs.
    package var publishesUnknownTables = false
    /// Views of the warehouse that it makes.
    package var views: [View] = []
    /// A table it writes is known only when it runs, or could not be read.
    package var writesUnknownTables = false
    /// Tables that activities which could not be read were to write.
    package var lostTables: [LakeName] = []
    /// Names in SQL that are no table, connection or source.
    package var unknownNames: [UnknownName] = []

    /// Activities that could not be read may use what nothing else does.
    package var hasLostActivities = false
    /// Parameters that its SQL files read, in lower case, sorted: those of templates among them.
    package var sqlParameters: [String] = []
    /// Comments in the pipeline and its SQL files that allow findings.
    package var waivers: [Waiver] = []

    /// Activities that write tables, in the order of the file.
    package var steps: [Step] = []

    /// Activities that delete rows of tables of the lake, by conditions that stand in the file.
    package var deletions: [Deletion] = []

    package struct Deletion: Sendable {
        package let activity: String
        package let table: LakeName
        package let site: Site
    }

    /// An activity that writes a table. An object, because compilation and rules hand it around a lot.
    package final class Step: Sendable {
        package let activity: String
        /// nil: known when it runs.
        package let target: TableAddress?
        /// Tables whose columns decide about its own, and those its checks name; sorted.
        package let inputs: [TableAddress]
        /// Connections whose locked queries and files it reads.
        package let schemas: [String]
        package let isTransform: Bool
        package let site: Site
        package let write: Write

        init(
            activity: String, target: TableAddress?, inputs: [TableAddress], schemas: [String], isTransform: Bool, site: Site, write: Write
        ) {
            self.activity = activity
            self.target = target
            self.inputs = inputs
            self.schemas = schemas
            self.isTransform = isTransform
            self.site = site
            self.write = write
        }
    }

    package struct Parameter: Sendable {
        package let name: String
        package let type: ParameterType
        package let hasDefault: Bool
    }

    /// Where a finding belongs.
    package struct Site: Sendable {
        package let range: SourceRange
        package let asset: String
        /// The use of the template that it came from.
        package let call: SourceRange?
    }

    package struct TableUse: Sendable {
        package let table: LakeName
        package let site: Site
    }

    package struct View: Sendable {
        package struct Read: Sendable {
            package let parts: [String]
            package let range: SourceRange

            package var name: LakeName? { parts.count == 2 ? LakeName(parts.joined(separator: ".")) : nil }
        }
        package let activity: String
        package let name: LakeName
        /// Of its name.
        package let site: Site
        /// nil where its SQL cannot be read.
        package let reads: [Read]?
    }

    package struct UnknownName: Sendable {
        package let parts: [String]
        /// Named inputs of the transform.
        package let sources: [String]
        package let site: Site
    }

    /// A pipeline that it runs.
    package struct Call: Sendable {
        package struct Argument: Sendable {
            package let name: String
            package let nameRange: SourceRange
            package let valueRange: SourceRange
            /// nil: known when it runs.
            package let value: JSONValue?
        }
        package let target: String
        package let arguments: [Argument]
        package let site: Site
    }

    package init(path: String, name: Located<String>?, givenName: String) {
        self.path = path
        self.name = name
        self.givenName = givenName
    }
}

extension PipelineFacts.Site {
    func finding(
        _ code: DiagnosticCode, _ message: String, at range: SourceRange? = nil, labels: [Diagnostic.Label] = [], notes: [String] = [],
        help: String? = nil
    ) -> Diagnostic {
        let use = call.map { [Diagnostic.Label($0, "in this use of the template")] } ?? []
        return Diagnostic(code, message, at: range ?? self.range, labels: labels + use, notes: notes, help: help, asset: asset)
    }
}
