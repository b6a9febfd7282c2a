import Glibc

/// Users and groups of the system by their names.
///
/// A look-up may ask a directory server: not for worker threads.
public enum Account {
    /// Most bytes that a look-up's answer may need; a larger one counts as not found.
    private static let largestAnswer = 1 << 20

    /// Whether this process acts as root.
    public static var isRoot: Bool { geteuid() == 0 }

    /// A user as the system knows it.
    public struct User: Sendable, Hashable {
        /// The user's name.
        public var name: String
        /// The user's number.
        public var number: UInt32
        /// The number of the user's own group.
        public var group: UInt32
    }

    /// Looks up a user.
    ///
    /// - Parameter name: the user's name.
    /// - Returns: the user's number, `nil` when there is none of that name.
    public static func userID(named name: String) -> UInt32? { user(named: name)?.number }

    /// Looks up a user.
    ///
    /// - Parameter name: the user's name.
    /// - Returns: the user, `nil` when there is none of that name.
    public static func user(named name: String) -> User? {
        user { entry, buffer, size, found in getpwnam_r(name, entry, buffer, size, found) }
    }

    /// Looks up a user.
    ///
    /// - Parameter number: the user's number.
    /// - Returns: the user, `nil` when the system knows none of that number.
    public static func user(numbered number: UInt32) -> User? {
        user { entry, buffer, size, found in getpwuid_r(number, entry, buffer, size, found) }
    }

    private static func user(
        _ ask: (
            UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
            UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
        ) -> Int32
    ) -> User? {
        withGrowingBuffer { buffer, size in
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let code = ask(&entry, buffer, size, &found)
            guard found != nil, let name = entry.pw_name else { return (code, nil) }
            return (code, User(name: String(cString: name), number: entry.pw_uid, group: entry.pw_gid))
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
    private static func withGrowingBuffer<Found>(
        _ lookUp: (UnsafeMutablePointer<CChar>, Int) -> (Int32, Found?)
    ) -> Found? {
        var size = 1_024
        while size <= largestAnswer {
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            let (code, found) = lookUp(buffer, size)
            if code != ERANGE { return found }
            size *= 2
        }
        return nil
    }
}
