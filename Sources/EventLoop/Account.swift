import Glibc

/// Users and groups of the system by their names.
///
/// A look-up may ask a directory server: not for worker threads.
public enum Account {
    /// Most bytes that a look-up's answer may need; a larger one counts as not found.
    private static let largestAnswer = 1 << 20

    /// Whether this process acts as root.
    public static var isRoot: Bool { geteuid() == 0 }

    /// Looks up a user.
    ///
    /// - Parameter name: the user's name.
    /// - Returns: the user's number, `nil` when there is none of that name.
    public static func userID(named name: String) -> UInt32? {
        withGrowingBuffer { buffer, size in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let code = getpwnam_r(name, &entry, buffer, size, &found)
            return (code, found == nil ? nil : entry.pw_uid)
        }
    }

    /// Looks up a group.
    ///
    /// - Parameter name: the group's name.
    /// - Returns: the group's number, `nil` when there is none of that name.
    public static func groupID(named name: String) -> UInt32? {
        withGrowingBuffer { buffer, size in
            var entry = group()
            var found: UnsafeMutablePointer<group>?
            let code = getgrnam_r(name, &entry, buffer, size, &found)
            return (code, found == nil ? nil : entry.gr_gid)
        }
    }

    /// Repeats a look-up with twice the room while it says that it needs more.
    ///
    /// - Source: getpwnam_r(3), `ERANGE`.
    private static func withGrowingBuffer(
        _ lookUp: (UnsafeMutablePointer<CChar>, Int) -> (Int32, UInt32?)
    ) -> UInt32? {
        var size = 1_024
        while size <= largestAnswer {
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            let (code, id) = lookUp(buffer, size)
            if code != ERANGE { return id }
            size *= 2
        }
        return nil
    }
}
