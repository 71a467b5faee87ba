internal import Glibc
internal import Synchronization

/// The variables that a program is started with. Their memory is cleared when the last owner goes: some are secrets.
package final class ChildEnvironment: Sendable {
    private struct State: ~Copyable {
        var memory = ScrubMemory()
        /// `NAME=value` and a zero byte, in `memory`.
        var entries: [(name: [UInt8], text: UnsafeBufferPointer<UInt8>)] = []
    }

    // Unchecked for the pointers in it, which lead to memory of the state itself.
    private struct Guarded: ~Copyable, @unchecked Sendable { var state = State() }

    private let guarded = Mutex(Guarded())

    package init(_ variables: [String: String] = [:]) {
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) { set(name, to: value) }
    }

    /// Those of this process for which `isPassed` says so, byte by byte as they are.
    package static func inherited(where isPassed: (_ name: String) -> Bool = { _ in true }) -> ChildEnvironment {
        let result = ChildEnvironment()
        var next = environ
        while let entry = next.pointee {
            next += 1
            let text = UnsafeRawBufferPointer(start: entry, count: strlen(entry))
            guard let sign = text.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: text[..<sign], as: UTF8.self)
            if isPassed(name) { result.set(Array(text[..<sign]), to: UnsafeRawBufferPointer(rebasing: text[(sign + 1)...])) }
        }
        return result
    }

    /// Sets a variable, in the place of one that has this name. The value holds no zero byte.
    package func set(_ name: String, to value: UnsafeRawBufferPointer) { set(Array(name.utf8), to: value) }

    package func set(_ name: String, to value: String) {
        var value = value
        value.withUTF8 { set(name, to: UnsafeRawBufferPointer($0)) }
    }

    private func set(_ name: [UInt8], to value: UnsafeRawBufferPointer) {
        precondition(!name.isEmpty && !name.contains(UInt8(ascii: "=")) && !name.contains(0) && !value.contains(0), "no variable can be so")
        var text = [UInt8](unsafeUninitializedCapacity: name.count + value.count + 2) { buffer, count in
            count = buffer.count
            _ = buffer.update(fromContentsOf: name)
            buffer[name.count] = UInt8(ascii: "=")
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[(name.count + 1)...]).copyMemory(from: value)
            buffer[count - 1] = 0
        }
        defer { text.withUnsafeMutableBytes { explicit_bzero($0.baseAddress!, $0.count) } }
        guarded.withLock { guarded in
            let kept = text.withUnsafeBufferPointer { guarded.state.memory.keep($0) }
            guarded.state.entries.removeAll { $0.name == name }
            guarded.state.entries.append((name, kept))
        }
    }

    /// Of a variable that is no secret: a copy stays in memory.
    package subscript(name: String) -> String? {
        let name = Array(name.utf8)
        return guarded.withLock { guarded in
            guarded.state.entries.first { $0.name == name }.map { String(decoding: $0.text[(name.count + 1)...].dropLast(), as: UTF8.self) }
        }
    }

    /// As `execve` wants them.
    func withPointers<R>(_ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
        guarded.withLock { guarded in
            var pointers = guarded.state.entries.map { entry -> UnsafeMutablePointer<CChar>? in
                UnsafeMutableRawPointer(mutating: entry.text.baseAddress!).assumingMemoryBound(to: CChar.self)
            }
            pointers.append(nil)
            return body(pointers)
        }
    }
}
