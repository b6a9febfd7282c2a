import CLinux
import Glibc

extension Privileges {
    /// Makes a folder the root of everything that the process finds by a name, for ever.
    ///
    /// The runtime's threads look at `/proc/THREAD/stat` from time to time, and end the process where that isn't there. So the
    /// folder's `proc` shows this process's threads, and nothing else of `/proc`: to this process alone, for which it gets its own
    /// view of what is mounted where. A `proc` in which somebody has mounted the whole already is left as it is.
    ///
    /// - Parameter path: the folder.
    /// - Throws: `SystemError` with the operation `chroot` when the process may not, or there is no such folder; with another one
    ///   when its threads can't be shown there, and then nothing has changed.
    public static func enter(root path: String) throws(SystemError) {
        guard Account.isRoot else { throw SystemError("chroot", path, code: EPERM) }
        guard access(path, X_OK) == 0 else { throw SystemError("chroot", path) }
        // Local time is told by a file.
        tzset()
        let folder = "\(path)/proc"
        if access("\(folder)/self/task", X_OK) != 0 {
            guard mkdir(folder, 0o555) == 0 || errno == EEXIST else { throw SystemError("mkdir", folder) }
            guard supervise_show_own_threads(folder) == 0 else { throw SystemError("mount", folder) }
        }
        guard chroot(path) == 0, chdir("/") == 0 else { throw SystemError("chroot", path) }
    }

    /// Whether an account finds anything in a folder by its name, which it has to when that is its root: its threads are shown there.
    ///
    /// - Parameters:
    ///   - user: the user's number; the process's own when `nil`.
    ///   - group: the number of its only group; the process's own when `nil`.
    ///   - path: the folder.
    /// - Returns: whether the folder's mode lets it; true where there is no such folder, which is another matter.
    /// - Source: path_resolution(7), permissions.
    public static func may(user: UInt32?, group: UInt32?, search path: String) -> Bool {
        var status = stat()
        let (user, group) = (user ?? geteuid(), group ?? getegid())
        guard user != 0, stat(path, &status) == 0 else { return true }
        let bit = status.st_uid == user ? S_IXUSR : status.st_gid == group ? S_IXGRP : S_IXOTH
        return status.st_mode & bit != 0
    }
}

/// Where the kernel tells of this process.
public enum ProcessFolder {
    /// The folder: `/proc/self`, or behind `chroot` what is left of it.
    public static var path: String { access("/proc/self", F_OK) == 0 ? "/proc/self" : "/proc/\(getpid())" }

    /// The folder of one of its threads.
    ///
    /// - Parameter thread: the thread's number.
    /// - Returns: the folder.
    public static func path(ofThread thread: Int32) -> String {
        access("/proc/self", F_OK) == 0 ? "/proc/self/task/\(thread)" : "/proc/\(thread)"
    }
}
