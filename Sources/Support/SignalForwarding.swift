internal import Glibc
internal import Synchronization

/// From here until `end`, signals do not end this process: they are counted, and passed on to the child that is running.
///
/// What the terminal sends (Ctrl-C) goes to every process of the foreground already, and is not passed on a second time. A signal
/// that this process was started to ignore (`nohup`) stays ignored, here and in the child. There is one at a time.
package final class SignalForwarding: Sendable {
    private static let child = Atomic<Int32>(0)
    private static let counter = Atomic<Int>(0)
    private static let last = Atomic<Int32>(0)
    /// How many are no longer of account for a child that starts.
    private static let settled = Atomic<Int>(0)

    private let saved: [(number: Int32, action: Action)]

    /// Unchecked: the pointers in it are those of code.
    private struct Action: @unchecked Sendable { var action: sigaction }

    /// What usually ends a program.
    package static let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    package init(_ numbers: [Int32] = ending) {
        Self.child.store(0, ordering: .relaxed)
        Self.counter.store(0, ordering: .relaxed)
        Self.last.store(0, ordering: .relaxed)
        Self.settled.store(0, ordering: .relaxed)
        var saved: [(Int32, Action)] = []
        for number in numbers {
            var old = sigaction()
            sigaction(number, nil, &old)
            if unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { continue }
            saved.append((number, Action(action: old)))
            var action = sigaction()
            // A handler, not `SIG_IGN`: a program that is started gets its usual behaviour back.
            action.__sigaction_handler.sa_sigaction = { number, info, _ in
                let code = errno
                SignalForwarding.last.store(number, ordering: .relaxed)
                SignalForwarding.counter.add(1, ordering: .relaxed)
                let child = SignalForwarding.child.load(ordering: .relaxed)
                // 0x80 is SI_KERNEL: the terminal.
                if child > 0, info?.pointee.si_code != 0x80 { kill(child, number) }
                errno = code
            }
            action.sa_flags = SA_SIGINFO | SA_RESTART
            sigaction(number, &action, nil)
        }
        self.saved = saved
    }

    deinit { end() }

    /// How many came so far.
    package var count: Int { Self.counter.load(ordering: .relaxed) }

    /// The one that came last; nil where none did.
    package var received: Int32? {
        let number = Self.last.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Who gets them from now on; nil: nobody.
    func pass(to child: pid_t?) {
        Self.child.store(child ?? 0, ordering: .relaxed)
        guard let child else { return Self.settled.store(count, ordering: .relaxed) }
        // What came before the child was there.
        if count > Self.settled.load(ordering: .relaxed), let received { kill(child, received) }
    }

    /// Puts everything back as it was. Doing so twice is allowed.
    package func end() {
        for (number, action) in saved {
            var action = action.action
            sigaction(number, &action, nil)
        }
    }
}
