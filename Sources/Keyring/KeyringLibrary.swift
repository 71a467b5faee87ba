internal import CSecret
internal import Glibc

/// libsecret's shared library, opened in this process when it is first needed, with its C API as a table. Never closed.
struct KeyringLibrary: Sendable {
    private static let name = "libsecret-1.so.0"

    let functions: secret_functions

    private static let shared: Result<KeyringLibrary, KeyringError> = {
        do throws(KeyringError) { return .success(try open()) } catch { return .failure(error) }
    }()

    static func load() throws(KeyringError) -> KeyringLibrary { try shared.get() }

    private static func open() throws(KeyringError) -> KeyringLibrary {
        guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw unavailable(dlerror().map { String(cString: $0) } ?? "unknown reason")
        }
        var functions = secret_functions()
        if let missing = secret_functions_load(handle, &functions) {
            throw unavailable("it lacks the symbol \(String(cString: missing))")
        }
        return KeyringLibrary(functions: functions)
    }

    private static func unavailable(_ reason: String) -> KeyringError {
        KeyringError(.unavailable, "cannot load libsecret: \(reason)", help: "install the package libsecret-1-0 (scripts/setup does)")
    }

    /// What the library tells of a call that failed; frees it.
    func error(_ doing: String, _ error: UnsafeMutablePointer<GError>?) -> KeyringError {
        guard let error else { return KeyringError(.other, "\(doing): unknown reason") }
        defer { functions.g_error_free(error) }
        let domain = functions.g_quark_to_string(error.pointee.domain).map { String(cString: $0) } ?? ""
        switch (domain, Int(error.pointee.code)) {
        case ("g-dbus-error-quark", G_DBUS_ERROR_SERVICE_UNKNOWN),
            ("g-dbus-error-quark", G_DBUS_ERROR_NAME_HAS_NO_OWNER):
            return .noService
        case ("secret-error", SECRET_ERROR_IS_LOCKED): return .locked
        case ("g-io-error-quark", G_IO_ERROR_CANCELLED), ("g-io-error-quark", G_IO_ERROR_TIMED_OUT),
            ("g-dbus-error-quark", G_DBUS_ERROR_NO_REPLY):
            return KeyringError(.timedOut, "\(doing): no answer in time")
        default:
            return KeyringError(.other, "\(doing): \(error.pointee.message.map { String(cString: $0) } ?? "unknown reason")")
        }
    }
}
