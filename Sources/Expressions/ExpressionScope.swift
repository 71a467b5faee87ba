package import Support

/// What is visible to an expression, as far as it is known before anything runs. What is nil is not checked.
package struct ExpressionScope: Sendable {
    /// Types by name; names are compared without case.
    package var parameters: [String: ExpressionType]?
    package var globalParameters: [String: ExpressionType]?
    package var variables: [String: ExpressionType]?
    /// Names of all activities of the pipeline.
    package var activities: Set<String>?
    /// Names of those that have certainly ended when the expression is evaluated.
    package var upstream: Set<String>?
    package var isItemAvailable: Bool
    package var itemType: ExpressionType
    /// Names that some item has; nil where the items are not known, or are no objects.
    package var itemMembers: Set<String>?
    /// What the outputs of activities have, by the activity's name in lower case; those that are not there are not checked.
    package var outputs: [String: Output] = [:]

    package struct Output: Sendable {
        package let members: [String]
        /// What to do where another is asked for.
        package let help: String

        package init(members: [String], help: String) {
            self.members = members
            self.help = help
        }
    }
    /// Names of the `variables` of the environment file.
    package var environmentValues: Set<String>?
    /// Names of the secrets in the environment's store; case counts.
    package var secrets: Set<String>?
    package var timeZones: TimeZones?

    /// Nothing is known, so names are not checked; `item()` may be used only if said so.
    package init(isItemAvailable: Bool = false) {
        self.isItemAvailable = isItemAvailable
        itemType = .any
    }
}
