internal import Diagnostics
internal import Support

extension ExpressionChecker {
    /// Told of outputs and items that are known and have no such member.
    mutating func checkPresence(of name: String, in base: ExpressionNode, at range: SourceRange) {
        guard unreachable == 0 else { return }
        func lacks(_ members: some Sequence<String>) -> Bool { !members.contains { $0.lowercased() == name.lowercased() } }
        if base.isCall(to: "item"), let members = scope.itemMembers, lacks(members) {
            let near = Suggestion.nearest(to: name, in: members.sorted())
            report(
                .expressionUnknownProperty, "no item of this loop has a property '\(name)'", at: range,
                help: near.map { "did you mean \"\($0)\"?" } ?? "its properties are \(members.sorted().joined(separator: ", "))")
        } else if let (activity, member, _) = base.memberName, member.lowercased() == "output", activity.isCall(to: "activity"),
            case .call(_, _, let arguments) = activity.kind, let called = arguments.first?.constant?.asString,
            let output = scope.outputs[called.lowercased()], lacks(output.members)
        {
            report(.expressionUnknownProperty, "the output of '\(called)' has no property '\(name)'", at: range, help: output.help)
        }
    }
}
