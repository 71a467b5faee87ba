internal import Glibc

extension ChildProcess {
    // MARK: Which program

    /// The path of the program, found as `execvp` finds it.
    func located() throws(ChildProcessError) -> String {
        guard !program.isEmpty, !program.utf8.contains(0), !arguments.contains(where: { $0.utf8.contains(0) }) else {
            throw ChildProcessError(.notFound, "a program's name and arguments are texts without zero bytes")
        }
        if let folder, FileSystem.kind(of: folder, followLinks: true) != .directory { throw folderError(folder, ENOTDIR) }
        if program.utf8.contains(UInt8(ascii: "/")) {
            if let problem = problem(with: program) { throw problem }
            return program
        }
        var refusal: ChildProcessError?
        for part in (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
            let path = FileSystem.join(part.isEmpty ? "." : String(Substring(part)), program)
            guard let problem = problem(with: path) else { return path }
            if problem.kind == .notExecutable { refusal = problem }
        }
        throw refusal ?? ChildProcessError(.notFound, "there is no program '\(program)'", help: "it is looked for in the folders of PATH")
    }

    private func problem(with path: String) -> ChildProcessError? {
        let place = FileSystem.join(folder ?? "", path)
        switch FileSystem.kind(of: place, followLinks: true) {
        case .file: break
        case nil: return ChildProcessError(.notFound, "there is no program \(path)")
        default: return ChildProcessError(.notExecutable, "\(path) is not a program")
        }
        return access(place, X_OK) == 0 ? nil : ChildProcessError(.notExecutable, "\(path) is not executable", help: "allow it: chmod +x \(ShellWord.quoted(path))")
    }

    func folderError(_ folder: String, _ code: Int32) -> ChildProcessError {
        ChildProcessError(.folder, "cannot run \(program) in \(folder): \(String(cString: strerror(code)))")
    }

    func startError(_ path: String, _ code: Int32) -> ChildProcessError {
        let reason = String(cString: strerror(code))
        return switch code {
        case ENOEXEC: ChildProcessError(.notExecutable, "\(path) is no program for this machine", help: "a script begins with a line such as #!/bin/sh")
        // The file was there a moment ago: what is missing is the interpreter that it names.
        case ENOENT: ChildProcessError(.notExecutable, "\(path) cannot be run: the interpreter that it names is not there")
        case EACCES, EPERM, ELIBBAD: ChildProcessError(.notExecutable, "\(path) cannot be run: \(reason)")
        case E2BIG: ChildProcessError(.system, "\(path) cannot be run: its arguments and variables are too long", help: "one variable holds 128 KiB at most")
        default: ChildProcessError(.system, "\(path) cannot be run: \(reason)")
        }
    }

    // MARK: Start

    func start() throws(ChildProcessError) -> RunningChild {
        let path = try located()
        // Where it is ignored, as this process may have been started, nobody is told how a child ended.
        signal(SIGCHLD, SIG_DFL)
        var streams = ChildStreams()
        var process: pid_t = 0
        do throws(SystemError) {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            try streams.connect(self, &actions)
            // To itself: it no longer closes with `exec` (POSIX.1-2024, glibc 2.29).
            for descriptor in kept { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }
            if let folder {
                let code = LinuxCalls.addFolder(folder, to: &actions)
                guard code == 0 else { throw SystemError("run in", path: folder, code: code) }
            }
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            setSignals(&attributes)
            let code = CStrings.with([program] + arguments) { words in environment.withPointers { variables in
                posix_spawn(&process, path, &actions, &attributes, words, variables)
            } }
            streams.closeTheirs()
            guard code == 0 else { throw SystemError("run", path: path, code: code) }
        } catch {
            streams.closeAll()
            throw error.operation == "run" ? startError(path, error.code) : ChildProcessError(.system, error.description)
        }
        return RunningChild(process, of: self, streams)
    }

    private func setSignals(_ attributes: inout posix_spawnattr_t) {
        var usual = sigset_t()
        sigemptyset(&usual)
        for number in Self.changedSignals { sigaddset(&usual, number) }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        // The thread that starts it may block signals; the program blocks none.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        if hasOwnGroup {
            posix_spawnattr_setpgroup(&attributes, 0)
            flags |= POSIX_SPAWN_SETPGROUP
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }
}

/// The descriptors between this process and a program; -1 where there is none.
struct ChildStreams {
    /// This process's ends: written to, read from, read from.
    private(set) var ours: [Int32] = [-1, -1, -1]
    private var theirs: [Int32] = []

    mutating func connect(_ child: ChildProcess, _ actions: inout posix_spawn_file_actions_t) throws(SystemError) {
        switch child.input {
        case .inherited: break
        case .none: posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        case .bytes:
            let (read, write) = try pipe()
            ours[0] = write
            let flags = fcntl(write, F_GETFL)
            guard flags >= 0, fcntl(write, F_SETFL, flags | O_NONBLOCK) >= 0 else { throw SystemError("make", path: "a pipe", code: errno) }
            posix_spawn_file_actions_adddup2(&actions, read, 0)
        }
        for (number, output) in [(1, child.output), (2, child.errors)] {
            switch output {
            case .inherited: break
            case .discarded: posix_spawn_file_actions_addopen(&actions, Int32(number), "/dev/null", O_WRONLY, 0)
            case .read:
                let (read, write) = try pipe()
                ours[number] = read
                posix_spawn_file_actions_adddup2(&actions, write, Int32(number))
            }
        }
    }

    /// Both ends close with `exec`, and none is one of the three streams.
    private mutating func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
        guard let made = LinuxCalls.pipe(flags: O_CLOEXEC) else { throw SystemError("make", path: "a pipe", code: errno) }
        var ends = [made.read, made.write]
        for i in 0..<2 where ends[i] < 3 {
            let moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3)
            let code = errno
            close(ends[i])
            ends[i] = moved
            guard moved >= 0 else {
                close(ends[1 - i])
                throw SystemError("make", path: "a pipe", code: code)
            }
        }
        theirs += ends
        return (ends[0], ends[1])
    }

    mutating func closeTheirs() {
        for descriptor in theirs where !ours.contains(descriptor) { close(descriptor) }
        theirs = []
    }

    mutating func closeAll() {
        closeTheirs()
        for place in ours.indices { closeOurs(place) }
    }

    mutating func closeOurs(_ place: Int) {
        guard ours[place] >= 0 else { return }
        close(ours[place])
        ours[place] = -1
    }
}

/// Words as `execve` wants them.
enum CStrings {
    static func with<R>(_ words: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
        var pointers = words.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers)
    }
}
