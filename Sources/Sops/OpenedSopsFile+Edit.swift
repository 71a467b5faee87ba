internal import Crypto
package import Support

/// A change of one value; `nil` removes it, or the mapping that has this name.
package struct SopsChange: Sendable {
    package let keys: [String]
    package let value: SopsPlainValue?

    package init(keys: [String], value: SopsPlainValue?) {
        self.keys = keys
        self.value = value
    }
}

extension OpenedSopsFile {
    /// The file with changes made, as if one after another: each touches its own lines, and all of them `lastmodified` and `mac`. A
    /// value that stays the same keeps its ciphertext. The result was read back and its codes compared.
    package func applying(_ changes: [SopsChange], at now: Instant) throws(SopsError) -> OpenedSopsFile {
        var result = self
        var rest = changes[...]
        while !rest.isEmpty {
            let batch = Self.independent(rest)
            rest = rest.dropFirst(batch.count)
            result = try result.setting(batch.filter { $0.value != nil }, at: now)
            result = try result.removing(batch.filter { $0.value == nil }.map(\.keys), at: now)
        }
        return result
    }

    /// The first changes of which none touches what another does, so that their order is of no account.
    private static func independent(_ changes: ArraySlice<SopsChange>) -> ArraySlice<SopsChange> {
        var changed: Set<SopsKeys> = []
        var above: Set<SopsKeys> = []
        for (place, change) in zip(changes.indices, changes) {
            let prefixes = (1..<max(1, change.keys.count)).map { SopsKeys(Array(change.keys.prefix($0))) }
            let keys = SopsKeys(change.keys)
            if changed.contains(keys) || above.contains(keys) || prefixes.contains(where: { changed.contains($0) }) {
                return changes[..<place]
            }
            changed.insert(keys)
            above.formUnion(prefixes)
        }
        return changes
    }

    private func setting(_ changes: [SopsChange], at now: Instant) throws(SopsError) -> OpenedSopsFile {
        guard !changes.isEmpty else { return self }
        let index = Dictionary(zip(file.leaves.map { SopsKeys($0.keys) }, file.leaves.indices), uniquingKeysWith: { first, _ in first })
        let isSelected = file.metadata.selection.matcher()
        var sealer = try crypto { () throws(CryptoError) in try SopsSealer(dataKey) }
        var editor = SopsEditor(file: file)
        for change in changes {
            guard let value = change.value else { continue }
            try Self.check(change.keys)
            let place = index[SopsKeys(change.keys)]
            if let place {
                guard !file.leaves[place].isInList else {
                    throw .cannotEdit(change.keys, reason: "it is one of a list's items")
                }
                if values[place].value == value { continue }
            }
            let text = try Self.written(value, keys: change.keys, isEncrypted: isSelected(change.keys), with: &sealer)
            if let place {
                editor.replace(file.leaves[place].node, with: text)
            } else {
                try editor.insert(change.keys, text: text)
            }
        }
        return try changed(to: editor.bytes, at: now)
    }

    private func removing(_ paths: [[String]], at now: Instant) throws(SopsError) -> OpenedSopsFile {
        guard !paths.isEmpty else { return self }
        for keys in paths { try Self.check(keys) }
        var editor = SopsEditor(file: file)
        try editor.remove(paths)
        return try changed(to: editor.bytes, at: now)
    }

    private static func check(_ keys: [String]) throws(SopsError) {
        guard let first = keys.first, first != "sops" else {
            throw .cannotEdit(keys, reason: "this key belongs to the encryption itself")
        }
    }

    /// The same file with other text, its values decrypted anew and its codes made anew.
    func changed(to bytes: [UInt8], dataKey: SensitiveBytes? = nil, at now: Instant) throws(SopsError) -> OpenedSopsFile {
        guard bytes != file.bytes else { return self }
        let dataKey = dataKey ?? self.dataKey
        let file = try SopsFile.reread(bytes, path: file.path, format: file.format)
        let (values, findings) = try crypto { () throws(CryptoError) in
            var opener = try SopsOpener(dataKey, capacity: bytes.count * 3 / 4)
            return try file.decrypt(with: &opener)
        }
        guard findings.isEmpty else { throw .rejected(findings) }
        return try file.sealed(values: values, dataKey: dataKey, at: now)
    }

    /// As a value is written. Encrypted ones hold no character that a quoted string must escape.
    private static func written(
        _ value: SopsPlainValue, keys: [String], isEncrypted: Bool, with sealer: inout SopsSealer
    ) throws(SopsError) -> String {
        if value == .null { return "null" }
        if !isEncrypted {
            switch value {
            case .string: return SopsText.quoted(value.withEncoded { String(decoding: $0, as: UTF8.self) })
            case .bool(let flag): return flag ? "true" : "false"
            case .integer, .float: return value.withEncoded { String(decoding: $0, as: UTF8.self) }
            case .null, .bytes, .time: throw .cannotEdit(keys, reason: "a value of this type is written encrypted only")
            }
        }
        if value.isEmpty { return "\"\"" }
        do throws(CryptoError) { return try sealer.seal(value, at: keys) } catch { throw .crypto(error) }
    }
}
