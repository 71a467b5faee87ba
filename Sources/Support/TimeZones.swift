internal import Synchronization

/// Time zones by IANA name (`Europe/Berlin`) or Windows name (`W. Europe Standard Time`), without regard to case,
/// read from a folder of compiled zones when first asked for.
package final class TimeZones: Sendable {
    package static let system = TimeZones(directory: "/usr/share/zoneinfo")

    private let directory: String
    private let loaded = Mutex<[String: TimeZoneRules]>([:])

    package init(directory: String) { self.directory = directory }

    /// Reads a file at the first request for a name; later ones are answered from memory.
    package func named(_ name: String) throws(TimeZoneError) -> TimeZoneRules {
        let key = name.lowercased()
        if let rules = loaded.withLock({ $0[key] }) { return rules }
        let rules = try read(Self.windowsNames[key] ?? name, asked: name)
        loaded.withLock { $0[key] = rules }
        return rules
    }

    /// Names of zones and of regions are letters, digits, `_`, `-` and `+`: no other text reaches the file system.
    private func read(_ name: String, asked: String) throws(TimeZoneError) -> TimeZoneRules {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 3, parts.allSatisfy(Self.isNamePart), !Self.otherKinds.contains(parts[0].lowercased()),
            let path = locate(parts)
        else { throw .unknown(asked, suggestion: suggestion(for: asked)) }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path, limit: 1 << 20) } catch { throw .unreadable(asked, error) }
        guard bytes.starts(with: Array("TZif".utf8)) else { throw .unknown(asked, suggestion: suggestion(for: asked)) }
        return try TimeZoneRules(name: String(path.dropFirst(directory.count + 1)), compiled: bytes)
    }

    private static func isNamePart(_ part: String) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D || $0 == 0x2B
            }
    }

    /// Copies of all zones under another convention (`right` counts leap seconds).
    private static let otherKinds: Set<String> = ["right", "posix"]

    private func locate(_ parts: [String]) -> String? {
        let exact = FileSystem.join(directory, parts.joined(separator: "/"))
        if FileSystem.kind(of: exact, followLinks: true) == .file { return exact }
        var path = directory
        for part in parts {
            let wanted = part.lowercased()
            guard let entries = try? FileSystem.list(path),
                let match = entries.first(where: { $0.name.lowercased() == wanted })
            else { return nil }
            path = FileSystem.join(path, match.name)
        }
        return FileSystem.kind(of: path, followLinks: true) == .file ? path : nil
    }

    private func suggestion(for name: String) -> String? {
        Suggestion.nearest(to: name, in: Self.windowsZoneNames + ianaNames)
    }

    private var ianaNames: [String] {
        guard let regions = try? FileSystem.list(directory) else { return [] }
        var names: [String] = []
        for region in regions where region.name.first?.isUppercase == true {
            guard region.kind == .directory else { names.append(region.name); continue }
            let zones = (try? FileSystem.list(FileSystem.join(directory, region.name))) ?? []
            names += zones.map { region.name + "/" + $0.name }
        }
        return names
    }
}

/// Why no rules could be had for a name.
package enum TimeZoneError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknown(String, suggestion: String?)
    case unreadable(String, SystemError)
    case malformed(String, reason: String)

    package var description: String {
        switch self {
        case .unknown(let name, let suggestion):
            "there is no time zone '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
        case .unreadable(let name, let error): "cannot read the time zone '\(name)': \(error)"
        case .malformed(let name, let reason): "the file of the time zone '\(name)' is damaged: \(reason)"
        }
    }
}
