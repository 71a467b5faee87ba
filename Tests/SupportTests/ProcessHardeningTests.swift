import Glibc
import Support
import Testing

@Suite struct ProcessHardeningTests {
    @Test func noCoreIsWrittenAndTheProcessKnowsItself() async {
        await #expect(processExitsWith: .success) {
            ProcessHardening.forbidCoreDumps()
            ProcessHardening.forbidCoreDumps()
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
            // What belongs to a process that may be dumped belongs to its user; else to root.
            var status = stat()
            stat("/proc/self/environ", &status)
            let isHidden = status.st_uid == 0
            exit(limit.rlim_cur == 0 && limit.rlim_max == 0 && isHidden && ProcessIdentity.current.mayBeRunning ? 0 : 1)
        }
    }
}
