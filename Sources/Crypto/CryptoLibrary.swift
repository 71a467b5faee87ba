internal import CCrypto
internal import Glibc

/// OpenSSL's libcrypto, opened in this process when it is first needed, with its C API as a table. Never closed.
struct CryptoLibrary: Sendable {
    private static let name = "libcrypto.so.3"

    let functions: crypto_functions

    private static let shared: Result<CryptoLibrary, CryptoError> = {
        do throws(CryptoError) { return .success(try open()) } catch { return .failure(error) }
    }()

    static func load() throws(CryptoError) -> CryptoLibrary { try shared.get() }

    private static func open() throws(CryptoError) -> CryptoLibrary {
        guard let handle = dlopen(name, RTLD_LAZY | RTLD_LOCAL) else {
            throw unavailable(dlerror().map { String(cString: $0) } ?? "unknown reason")
        }
        var functions = crypto_functions()
        if let missing = crypto_functions_load(handle, &functions) {
            throw unavailable("it lacks the symbol \(String(cString: missing))")
        }
        let major = functions.OPENSSL_version_major()
        guard major == 3 else { throw unavailable("it is OpenSSL \(major), and 3 is needed") }
        // A configuration file may load other code into the library, and takes time to read.
        guard functions.OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil) == 1 else { throw unavailable("it does not start") }
        return CryptoLibrary(functions: functions)
    }

    private static func unavailable(_ reason: String) -> CryptoError {
        CryptoError(.unavailable, "cannot load libcrypto: \(reason)", help: "install the package libssl3 (scripts/setup does)")
    }

    /// What the library tells of the call that failed on this thread; takes its messages away.
    func error(_ doing: String) -> CryptoError {
        let code = functions.ERR_get_error()
        functions.ERR_clear_error()
        guard code != 0 else { return CryptoError(.other, "\(doing): unknown reason") }
        var text = [CChar](repeating: 0, count: 256)
        functions.ERR_error_string_n(code, &text, text.count)
        let message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return CryptoError(.other, "\(doing): \(message)")
    }
}
