internal import Glibc

/// Which process wrote something down, so that a later one can tell whether it still runs.
///
/// A process number alone is given out again; with the start time, the boot and the process namespace it is not.
package struct ProcessIdentity: Sendable, Hashable {
    package let pid: Int32
    /// Clock ticks from boot to the start of the process (`/proc/PID/stat`, field 22).
    package let startTicks: Int64
    /// Boot and process namespace in which `pid` means something: `<boot id>/pid:[4026531836]`.
    package let scope: String

    package init(pid: Int32, startTicks: Int64, scope: String) {
        self.pid = pid
        self.startTicks = startTicks
        self.scope = scope
    }

    /// This process.
    package static let current = ProcessIdentity(
        pid: getpid(), startTicks: startTicks(of: getpid()) ?? 0, scope: currentScope)

    /// False where the process has certainly ended. A process of another namespace on this boot, such as another
    /// container's, cannot be seen and counts as running.
    package var mayBeRunning: Bool {
        if scope == Self.currentScope { return Self.startTicks(of: pid) == startTicks }
        return scope.split(separator: "/").first == Self.currentScope.split(separator: "/").first
    }

    private static let currentScope: String = {
        let boot = (try? readSmall("/proc/sys/kernel/random/boot_id")) ?? ""
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/ns/pid", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count) }
        let namespace = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return boot.filter { $0 != "\n" } + "/" + namespace
    }()

    /// nil where there is no such process, or only what is left of an ended one (a zombie).
    private static func startTicks(of pid: Int32) -> Int64? {
        guard let text = try? readSmall("/proc/\(pid)/stat") else { return nil }
        // `pid (name) state ppid ...`: the name may hold blanks and parentheses, so count from the last one.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return Int64(fields[19])
    }

    /// `/proc` files say they are empty, so they are read until their end.
    private static func readSmall(_ path: String) throws(SystemError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("read", path: path, code: errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress!, $0.count) }
        guard count >= 0 else { throw SystemError("read", path: path, code: errno) }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
