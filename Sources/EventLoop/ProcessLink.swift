import CLinux
import Glibc

/// One end of the connection between a process and a child: the child says once that it is ready, and each learns of the
/// other's end, however that came about.
public struct ProcessLink: Sendable, Hashable {
    /// The socket, closed on exec; whoever has the link closes it.
    public let descriptor: Int32

    /// Takes the end that came with the process.
    ///
    /// - Parameter descriptor: its socket.
    public init(inherited descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Makes both ends.
    ///
    /// - Returns: the end to keep, and the one to hand to a child and close.
    /// - Throws: `SystemError` when no descriptors are left.
    public static func pair() throws(SystemError) -> (here: ProcessLink, there: ProcessLink) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemError("socketpair", "a child") }
        return (ProcessLink(ends[0]), ProcessLink(ends[1]))
    }

    /// Tells the other end that this one is ready; lost on one that has ended.
    public func reportReady() {
        var mark: UInt8 = 1
        while send(descriptor, &mark, 1, Int32(MSG_NOSIGNAL)) < 0, errno == EINTR {}
    }

    /// Waits for the other end's report or its end; blocks the calling thread.
    ///
    /// - Returns: whether it reported.
    public func waitForReport() -> Bool {
        var mark: UInt8 = 0
        while true {
            let count = recv(descriptor, &mark, 1, 0)
            if count > 0 { return true }
            guard count < 0, errno == EINTR else { return false }
        }
    }

    /// Closes this end.
    public func close() { Socket.close(descriptor) }
}
