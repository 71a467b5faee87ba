internal import Glibc

package enum ProcessorCount {
    /// Processors that are on line, at least 1.
    package static var available: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
