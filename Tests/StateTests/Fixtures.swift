import Foundation
import State
import Support
import Testing

/// A fresh folder, removed when the value goes.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/state-tests-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// 2026-11-21T06:45:03Z and `seconds` later.
func moment(_ seconds: Double = 0) -> Instant { Instant(microseconds: 1_795_243_503_000_000 + Int64(seconds * 1e6)) }

/// A process of this boot that has certainly ended.
let deadProcess = ProcessIdentity(pid: ProcessIdentity.current.pid, startTicks: 1, scope: ProcessIdentity.current.scope)

extension Journal {
    func begin(_ pipeline: String = "sales", seconds: Double = 0, parent: String? = nil, entropy: UInt32? = nil) throws -> RunRecord {
        let run = NewRun(pipeline: pipeline, environment: "dev", parent: parent)
        return try beginRun(run, at: moment(seconds), entropy: entropy ?? .random(in: 0 ... .max))
    }
}

/// The error `body` throws, nil where it throws none.
func stateError(_ body: () throws -> Void) -> StateError? {
    do {
        try body()
        return nil
    } catch {
        return error as? StateError
    }
}
