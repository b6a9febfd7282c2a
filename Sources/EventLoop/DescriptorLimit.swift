import Glibc

/// How many descriptors this process may have open.
public enum DescriptorLimit {
    /// Raises the soft limit to the hard one, since every session needs two descriptors.
    ///
    /// - Returns: the limit from now on.
    /// - Throws: `SystemError` when the kernel refuses.
    @discardableResult
    public static func raise() throws(SystemError) -> UInt64 {
        let limit = try current()
        return try raise(to: limit.maximum)
    }

    /// Raises the soft limit to a number, and the hard one where it is less and the process may.
    ///
    /// - Parameter wanted: how many; less than there are now changes nothing.
    /// - Returns: the limit from now on.
    /// - Throws: `SystemError` when the kernel refuses.
    @discardableResult
    public static func raise(to wanted: UInt64) throws(SystemError) -> UInt64 {
        let now = try current()
        guard now.soft < wanted else { return now.soft }
        var limit = rlimit(rlim_cur: rlim_t(wanted), rlim_max: rlim_t(max(wanted, now.maximum)))
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw SystemError("setrlimit", "open files")
        }
        return wanted
    }

    /// How many descriptors this process may have now; 0 where the kernel doesn't tell, which is for messages alone.
    public static var held: UInt64 { (try? current().soft) ?? 0 }

    /// The limits as they are.
    ///
    /// - Returns: what holds, and up to what the process may raise it by itself.
    /// - Throws: `SystemError` when the kernel doesn't tell.
    public static func current() throws(SystemError) -> (soft: UInt64, maximum: UInt64) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw SystemError("getrlimit", "open files")
        }
        return (UInt64(limit.rlim_cur), UInt64(limit.rlim_max))
    }
}
