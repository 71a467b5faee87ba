internal import AssetLoading
internal import CommandLineKit
internal import Delivery
internal import Diagnostics
internal import Support

extension CommandContext {
    func show(_ invalid: DeliveryCandidate.InvalidCommit, _ outcome: String) {
        var renderer = DiagnosticRenderer(format: .text, source: { try? invalid.tree.read($0) })
        renderer.style = errorStyle
        renderer.toolVersion = Application.version
        errors.write(renderer.render(DiagnosticReport(invalid.diagnostics)))
        errors.write(outcome + "\n")
    }

    /// What was found unfinished and mended, before anything else is told.
    func tell(_ recovery: Deployment.Recovery?, _ environment: String) {
        switch recovery {
        case .completed(let number): errors.write("note: release \(number) of \(environment) had not been made live here: it is now\n")
        case .undone(let number): errors.write("note: an interrupted deployment of release \(number) of \(environment) was undone\n")
        case .restored(let number): errors.write("note: an interrupted rollback was ended: the data of \(environment) is as release \(number) left it\n")
        case .unapplied(let number, let reason):
            errors.write("warning: the views of \(environment)'s warehouse are not as release \(number) has them: \(VisibleText.escaped(reason))\n")
        case nil: return
        }
        errors.flush()
    }
}
