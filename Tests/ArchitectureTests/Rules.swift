/// The rules, each a list of findings in words; none is a pass.
enum Rules {
    static func upwardImports(_ files: [SourceFile]) -> [String] {
        findings(files) { file, declaration in
            guard let own = Floors.of[file.target] else { return "target \(file.target) has no floor in Floors.swift" }
            guard let other = Floors.of[declaration.module], other >= own else { return nil }
            return "\(file.target) (floor \(own)) imports \(declaration.module) (floor \(other))"
        }
    }

    static func wrapperImports(_ files: [SourceFile]) -> [String] {
        findings(files) { file, declaration in
            guard let wrapper = Floors.wrapper[declaration.module] else { return nil }
            if wrapper != file.target { return "\(declaration.module) is imported by \(file.target), not by \(wrapper) only" }
            return declaration.access == "internal" ? nil : "\(declaration.module) is imported without `internal`"
        }
    }

    static func barredImports(_ files: [SourceFile]) -> [String] {
        findings(files) { file, declaration in
            Floors.barred.contains(declaration.module) ? "\(file.target) imports \(declaration.module)" : nil
        }
    }

    static func longFiles(_ files: [SourceFile]) -> [String] {
        files.filter { $0.lineCount > Floors.lineLimit }.map { "\($0.path): \($0.lineCount) lines" }
    }

    /// Imports the manifest does not allow, and what it declares but nothing imports.
    static func dependencies(_ files: [SourceFile], declared: [String: [String]]) -> [String] {
        let byTarget = Dictionary(grouping: files, by: \.target)
        return declared.keys.sorted().flatMap { target -> [String] in
            let imported = Set((byTarget[target] ?? []).flatMap(\.imports).map(\.module))
            let allowed = Set(declared[target] ?? [])
            let unused = allowed.subtracting(imported).subtracting(Floors.foundations).sorted().map { "\(target) declares \($0) and never imports it" }
            let missing = imported.subtracting(allowed).filter { Floors.of[$0] != nil }.sorted()
                .map { "\(target) imports \($0) and does not declare it" }
            return unused + missing
        }
    }

    private static func findings(
        _ files: [SourceFile], _ check: (SourceFile, ImportDeclaration) -> String?
    ) -> [String] {
        files.flatMap { file in
            file.imports.compactMap { declaration in check(file, declaration).map { "\(file.path):\(declaration.line): \($0)" } }
        }
    }
}
