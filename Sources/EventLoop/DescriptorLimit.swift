import Glibc

/// How many descriptors this process may have open.
public enum DescriptorLimit {
    /// Raises the soft limit to the hard one, since every session needs two descriptors.
    ///
    /// - Returns: the limit from now on.
    /// - Throws: `SystemError` when the kernel refuses.
    @discardableResult
    public static func raise() throws(SystemError) -> UInt64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw SystemError("getrlimit", "open files")
        }
        guard limit.rlim_cur < limit.rlim_max else { return UInt64(limit.rlim_cur) }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw SystemError("setrlimit", "open files")
        }
        return UInt64(limit.rlim_cur)
    }
}
