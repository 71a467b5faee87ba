internal import Support

/// One secret of a store with all that is known of it but its values.
package struct SecretEntry: Sendable, Hashable {
    package enum Form: Sendable, Hashable {
        /// `name: ENC[...]`, as every SOPS file has it, or deeper in mappings (`database.password`).
        case plain
        /// `name: { versions: { ID: ENC[...] }, attributes_unencrypted: { ... } }`.
        case versioned
    }

    package let name: String
    package let form: Form
    /// The oldest first; a plain secret has one.
    package var versions: [SecretVersion]
    /// Id of the version that a reference without one means.
    package var current: String
    /// Id of the version that a rotation has begun to bring in; nil where none is under way.
    package var pending: String?
    package var contentType: String?
    package var tags: [SecretTag]
    /// What in its attributes cannot be used; it is given out only once that is mended.
    package var problem: String?

    /// The file's rule encrypts attributes too, and no key was there to read them: what is said here of versions is not all.
    package var hidesAttributes = false

    package var currentVersion: SecretVersion? { versions.first { $0.id == current } }

    /// The version of this id, or of the one id that begins so (four characters at least).
    package func version(_ id: String) -> SecretVersion? {
        if let exact = versions.first(where: { $0.id == id }) { return exact }
        let matches = versions.filter { $0.id.hasPrefix(id) }
        return id.utf8.count >= 4 && matches.count == 1 ? matches[0] : nil
    }

    /// Where the value of a version stands in the file.
    package func keys(of version: String) -> [String] {
        switch form {
        case .plain: place
        case .versioned: [name, Self.versionsKey, version]
        }
    }

    /// Where a plain one stands.
    private let place: [String]

    /// Of the values of the versions among the values of the file.
    var indices: [Int]

    init(name: String, form: Form, place: [String], versions: [SecretVersion], current: String, indices: [Int]) {
        self.indices = indices
        self.name = name
        self.form = form
        self.place = place
        self.versions = versions
        self.current = current
        tags = []
    }

    static let versionsKey = "versions"
    /// Its end keeps what is below in clear (SOPS, `unencrypted_suffix`): a diff and `secrets check` need no key.
    static let attributesKey = "attributes_unencrypted"
}

package struct SecretTag: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What may be the name of a secret.
package enum SecretName {
    /// Why a new secret cannot have this name; nil: it can. Those of Key Vault (letters, digits, `-`, 127 at most) all can.
    package static func problem(with name: String) -> String? {
        guard !name.isEmpty, name.utf8.count <= 127 else { return "a name has 1 to 127 characters" }
        let isFine = name.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isFine else { return "a name has letters, digits, - and _ only" }
        if name == "sops" { return "this name belongs to the encryption itself" }
        if name.hasSuffix("_unencrypted") { return "a name that ends so is not encrypted" }
        return nil
    }
}
