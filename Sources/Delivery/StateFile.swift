internal import Support

/// A small file below an environment's root that says what is under way there, or holds.
enum StateFile {
    /// nil where there is none.
    /// - Parameters:
    ///   - decoded: nil for what cannot be read.
    ///   - damaged: what to say then.
    static func read<Value>(_ path: String, limit: Int = 1 << 20, orThrow damaged: (String) -> DeliveryError, _ decoded: (JSONValue) -> Value?) throws -> Value? {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path, limit: limit)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
        guard let value = (try? JSONValue(parsing: bytes)).flatMap(decoded) else { throw damaged(path) }
        return value
    }

    static func write(_ value: JSONValue, to path: String) throws(SystemError) {
        try FileSystem.createDirectory(FileSystem.parent(of: path))
        try FileSystem.writeAtomically(Array((value.text(.pretty) + "\n").utf8), to: path)
    }

    static func remove(_ path: String) throws(SystemError) {
        try FileSystem.removeFile(path)
        try FileSystem.synchroniseDirectory(FileSystem.parent(of: path))
    }
}
