internal import Support
internal import Validation

extension Change {
    /// Without credentials that somebody wrote where everybody can read them. That one was replaced by another is told.
    var masked: Change { masked(in: name) }

    /// - Parameter owner: what it is part of: a variable's name tells what its value is.
    private func masked(in owner: String) -> Change {
        var result = self
        let name = kind == "field" && ["value", "default"].contains(self.name) ? owner : self.name
        result.old = old.map { CredentialMask.masked($0, named: name) }
        result.new = new.map { CredentialMask.masked($0, named: name) }
        if old != nil, old != new, result.old == result.new, let shown = result.new?.asString { result.new = .string("another, " + shown) }
        result.words = words.map { CredentialMask.masked($0) }
        result.parts = parts.map { $0.masked(in: self.name) }
        return result
    }
}
