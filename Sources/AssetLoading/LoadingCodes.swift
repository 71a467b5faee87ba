package import Diagnostics

extension DiagnosticCode {
    package static let projectNotFound = DiagnosticCode(
        "project-not-found", summary: "There is no pipectl.yml.",
        explanation: "A project is a folder with a file pipectl.yml. Run pipectl inside one, name one with --project, or make one with `pipectl init`.")
    package static let missingFile = DiagnosticCode(
        "missing-file", summary: "A file that is named does not exist.",
        explanation: "Paths in a pipeline or template are relative to the folder of the file that names them.",
        example: "query: sql/orders.sq", fix: "query: sql/orders.sql")
    package static let unreadableFile = DiagnosticCode(
        "unreadable-file", summary: "A file cannot be read, is no text, or is too large.",
        explanation: "Asset files are UTF-8 texts of at most 16 MB that the user running pipectl may read.")
    package static let outsideProject = DiagnosticCode(
        "outside-project", summary: "A path or link leads out of the project's folder.",
        explanation: "What a pipeline does must be decided by files in the repository, so that the same commit does the same everywhere. Copy the file into the project.",
        example: "query: ../../elsewhere/orders.sql", fix: "query: sql/orders.sql")
    package static let notAnAsset = DiagnosticCode(
        "not-an-asset", summary: "A YAML file in an asset folder describes no asset.",
        explanation: "Every .yml file below the folders for pipelines, environments, templates and schemas starts with apiVersion and kind.",
        example: "name: sales\nactivities: []", fix: "apiVersion: pipectl/v1\nkind: Pipeline\nname: sales\nactivities: []")
    package static let duplicateName = DiagnosticCode(
        "duplicate-name", summary: "A name is used twice.",
        explanation: "Assets of one kind, and activities of one pipeline, are found by name; names are compared without case.",
        example: "kind: Pipeline\nname: sales   # in two files", fix: "kind: Pipeline\nname: sales_returns")

    package static let allAssetLoading: [DiagnosticCode] = [
        projectNotFound, unencryptedSecrets, secretAttributes, missingFile, unreadableFile, outsideProject, notAnAsset, duplicateName,
    ]
}
