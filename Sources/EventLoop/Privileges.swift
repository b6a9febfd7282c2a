import CLinux
import Glibc

/// What a process gives up once it has what it needed privileges for; there is no way back.
///
/// To be called while the process has one thread: the C library carries users and groups to all threads that it knows, but not
/// to a main thread that has ended, as Dispatch's has, and it is that one by which the kernel judges the process.
///
/// - Source: setgroups(2), setgid(2), setuid(2); nptl(7) on how the C library carries them to all threads.
public enum Privileges {
    /// Makes the process a group's, and of no other group.
    ///
    /// - Parameter group: the group's number.
    /// - Throws: `SystemError` when the process may not.
    public static func become(group: UInt32) throws(SystemError) {
        // Only who may set groups has any to lose; without that right the next call tells whether it matters.
        if Account.isRoot { _ = setgroups(0, nil) }
        guard setgid(group) == 0 else { throw SystemError("setgid", "\(group)") }
    }

    /// Makes the process a user's.
    ///
    /// The group comes first: afterwards it can't be changed.
    ///
    /// - Parameter user: the user's number.
    /// - Throws: `SystemError` when the process may not.
    public static func become(user: UInt32) throws(SystemError) {
        guard setuid(user) == 0 else { throw SystemError("setuid", "\(user)") }
    }

    /// Makes the process a user's, with the groups that the system gives that user, and keeps of root's rights one: to listen
    /// below port 1024.
    ///
    /// So that files which are read anew later may name such a port, too. Programs that this one starts have that right as well.
    ///
    /// - Parameters:
    ///   - user: whom to become.
    ///   - group: the group instead of the user's own.
    /// - Throws: `SystemError` when the process may not.
    /// - Source: capabilities(7), on `PR_SET_KEEPCAPS` and the ambient set.
    public static func becomeKeepingPorts(_ user: Account.User, group: UInt32? = nil) throws(SystemError) {
        let group = group ?? user.group
        guard supervise_keep_capabilities() == 0 else { throw SystemError("prctl", "PR_SET_KEEPCAPS") }
        guard initgroups(user.name, group) == 0 else { throw SystemError("initgroups", user.name) }
        guard setgid(group) == 0 else { throw SystemError("setgid", "\(group)") }
        try become(user: user.number)
        guard supervise_keep_low_ports_alone() == 0 else { throw SystemError("capset", "CAP_NET_BIND_SERVICE") }
    }
}
