/// Owns one object of the library and frees it.
struct GitHandle: ~Copyable {
    let pointer: OpaquePointer
    private let free: @convention(c) (OpaquePointer?) -> Void

    /// Calls what makes the object; `failure` tells the code of the library where it makes none.
    init(
        free: @escaping @convention(c) (OpaquePointer?) -> Void, failure: (Int32) throws(GitError) -> Never,
        _ make: (inout OpaquePointer?) -> Int32
    ) throws(GitError) {
        var made: OpaquePointer?
        let code = make(&made)
        guard code == 0, let made else { try failure(code) }
        self.pointer = made
        self.free = free
    }

    deinit { free(pointer) }
}
