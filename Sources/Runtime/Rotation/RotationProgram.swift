internal import Crypto

struct RotationProgram {
    let command: [String]
    let folder: String
    let variables: [String: String]

    func run(name: String, environment: String, version: String, old: SensitiveBytes, new: SensitiveBytes) async throws {
        throw ActivityFailure("not yet")
    }
}
