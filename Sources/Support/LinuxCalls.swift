internal import Glibc

/// Calls of the C library that Swift's module of it does not show.
enum LinuxCalls {
    /// `pipe2`: both ends have the flags from the start.
    static func pipe(flags: Int32) -> (read: Int32, write: Int32)? {
        typealias Function = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
        guard let function = function("pipe2", as: Function.self) else { return nil }
        var ends: [Int32] = [-1, -1]
        return function(&ends, flags) == 0 ? (ends[0], ends[1]) : nil
    }

    /// `posix_spawn_file_actions_addchdir_np`
    static func addFolder(_ path: String, to actions: inout posix_spawn_file_actions_t) -> Int32 {
        typealias Function = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>) -> Int32
        guard let function = function("posix_spawn_file_actions_addchdir_np", as: Function.self) else { return ENOSYS }
        return function(&actions, path)
    }

    /// `pidfd_open`: a descriptor that is readable when the process has ended; -1 on a system that has none.
    static func handle(of process: pid_t) -> Int32 {
        typealias Function = @convention(c) (CLong, CLong, CLong) -> CLong
        // Swift cannot call a variadic function; on Linux, whole numbers go to one as to any other.
        guard let function = function("syscall", as: Function.self) else { return -1 }
        return Int32(function(434 /* SYS_pidfd_open, on every machine */, CLong(process), 0))
    }

    /// `statfs`: the kind of file system that the path lies on (statfs(2)).
    static func fileSystemType(of path: String) -> Int? {
        typealias Function = @convention(c) (UnsafePointer<CChar>, UnsafeMutableRawPointer) -> Int32
        guard let function = function("statfs", as: Function.self) else { return nil }
        // The structure has 120 bytes where words have 64 bits, the kind of file system first.
        var status = [Int](repeating: 0, count: 32)
        return status.withUnsafeMutableBytes { function(path, $0.baseAddress!) } == 0 ? status[0] : nil
    }

    /// `copy_file_range`: between two open files, from where each stands; -1 and `errno` where it cannot.
    static func copyRange(_ source: Int32, _ destination: Int32, _ count: Int) -> Int {
        typealias Function = @convention(c) (Int32, UnsafeMutablePointer<Int64>?, Int32, UnsafeMutablePointer<Int64>?, Int, UInt32) -> Int
        guard let function = function("copy_file_range", as: Function.self) else { return -1 }
        return function(source, nil, destination, nil, count, 0)
    }

    /// `syncfs`: what was written to the file system that an open file lies on.
    static func synchroniseFileSystem(_ descriptor: Int32) -> Int32 {
        typealias Function = @convention(c) (Int32) -> Int32
        guard let function = function("syncfs", as: Function.self) else { return -1 }
        return function(descriptor)
    }

    private static func function<Function>(_ name: String, as: Function.Type) -> Function? {
        guard let symbol = dlsym(nil, name) else {
            errno = ENOSYS
            return nil
        }
        return unsafeBitCast(symbol, to: Function.self)
    }
}
