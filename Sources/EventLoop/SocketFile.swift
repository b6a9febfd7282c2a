import Glibc

/// A listening Unix socket and the file through which clients find it.
///
/// The file appears under its name in one step, with its mode and owner already right: the socket is bound under a
/// temporary name beside it, prepared, set to listen and then renamed. A client therefore never meets a file that
/// doesn't listen or isn't meant for it, and a file that an earlier process left behind is replaced, not removed first.
public struct SocketFile: Sendable, Hashable {
    /// Who may connect.
    public struct Access: Sendable, Hashable {
        /// The file's permission bits; `nil` leaves what the umask gives.
        public var mode: UInt32?
        /// The owner's number; `nil` is this process's.
        public var user: UInt32?
        /// The group's number; `nil` is this process's.
        public var group: UInt32?

        /// Makes an access rule.
        ///
        /// - Parameters:
        ///   - mode: the file's permission bits.
        ///   - user: the owner's number.
        ///   - group: the group's number.
        public init(mode: UInt32? = nil, user: UInt32? = nil, group: UInt32? = nil) {
            self.mode = mode
            self.user = user
            self.group = group
        }
    }

    /// Most bytes that the temporary name is longer than the path: a dot and a process number.
    ///
    /// - Source: proc(5), `/proc/sys/kernel/pid_max`, at most 4194304.
    public static let longestSuffix = 8

    /// Where it is.
    public let path: String
    /// The listening socket, non-blocking and closed on exec; the file's owner closes it.
    public let descriptor: Int32
    // Tell whether the file under `path` is still this one.
    private let device: UInt64
    private let inode: UInt64

    /// Makes the socket and its file.
    ///
    /// - Parameters:
    ///   - path: the file; one that is there must be a socket that nobody listens on.
    ///   - access: who may connect.
    ///   - backlog: how many connections may wait to be accepted.
    ///   - isShared: whether the file of a process that still listens is replaced too; that process keeps its connections.
    /// - Throws: `SystemError`: `EADDRINUSE` while another process listens there, `EEXIST` when the file is no socket.
    public init(listeningAt path: String, access: Access, backlog: Int, isShared: Bool = false) throws(SystemError) {
        let temporary = "\(path).\(getpid())"
        guard temporary.utf8.count <= SocketAddress.longestUnixPath else {
            throw SystemError("bind", path, code: ENAMETOOLONG)
        }
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemError("bind", path, code: EEXIST) }
            guard isShared || !SocketFile.isAnswered(path) else { throw SystemError("bind", path, code: EADDRINUSE) }
        }
        // Left behind by an earlier process of this number, if it exists at all.
        _ = unlink(temporary)
        let descriptor = try Socket.listen(on: .unix(path: temporary), backlog: backlog)
        do throws(SystemError) {
            try SocketFile.grant(access, to: temporary, calledIn: path)
            guard lstat(temporary, &status) == 0 else { throw SystemError("stat", path) }
            guard rename(temporary, path) == 0 else { throw SystemError("rename", path) }
        } catch {
            Socket.close(descriptor)
            // The error that brought us here is the one to tell; the name is taken over by the next attempt.
            _ = unlink(temporary)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        self.device = UInt64(status.st_dev)
        self.inode = UInt64(status.st_ino)
    }

    /// Takes over a socket and its file from a process that has ended, or will; `nil` when the file is gone, or is no socket.
    ///
    /// - Parameters:
    ///   - descriptor: the listening socket.
    ///   - path: its file.
    public init?(adopting descriptor: Int32, at path: String) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        self.path = path
        self.descriptor = descriptor
        self.device = UInt64(status.st_dev)
        self.inode = UInt64(status.st_ino)
    }

    /// Changes who may connect from now on.
    ///
    /// - Parameter access: who may.
    /// - Throws: `SystemError` when the file's mode or owner cannot be changed.
    public func grant(_ access: Access) throws(SystemError) {
        try SocketFile.grant(access, to: path, calledIn: path)
    }

    /// Removes the file, unless another process has put its own there.
    public func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, UInt64(status.st_dev) == device, UInt64(status.st_ino) == inode else { return }
        // A file that cannot be removed is replaced by the next process that listens there.
        _ = unlink(path)
    }

    /// Whether somebody listens on a Unix socket.
    ///
    /// - Parameter path: the socket's file.
    /// - Returns: whether a connection can be made, or could if the backlog weren't full.
    public static func isAnswered(_ path: String) -> Bool {
        guard path.utf8.count <= SocketAddress.longestUnixPath else { return false }
        let (descriptor, start) = Socket.connect(to: .unix(path: path))
        if descriptor >= 0 { Socket.close(descriptor) }
        switch start {
        case .connected, .inProgress, .failed(EAGAIN): return true
        // Not to be found out, so better not taken for dead.
        case .exhausted, .sourceRefused, .portsUsedUp: return true
        case .failed: return false
        }
    }

    private static func grant(_ access: Access, to path: String, calledIn subject: String) throws(SystemError) {
        if access.user != nil || access.group != nil {
            guard lchown(path, access.user ?? uid_t.max, access.group ?? gid_t.max) == 0 else {
                throw SystemError("chown", subject)
            }
        }
        if let mode = access.mode {
            guard chmod(path, mode_t(mode)) == 0 else { throw SystemError("chmod", subject) }
        }
    }
}
