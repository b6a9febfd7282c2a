import CLinux
import Glibc

extension Socket {
    /// Takes over a listening socket that this process was started with (`fd@`).
    ///
    /// The inherited descriptor stays as it is, so that it can be taken over again after a restart.
    ///
    /// - Parameter number: the inherited descriptor.
    /// - Returns: another descriptor of the same socket, non-blocking and closed on exec.
    /// - Throws: `SystemError` when there is no such descriptor, or it is no stream socket that listens.
    public static func inherited(_ number: Int32) throws(SystemError) -> Int32 {
        let subject = "fd@\(number)"
        guard fcntl(number, F_GETFD) >= 0 else { throw SystemError("inherit", subject) }
        let type = try option(SO_TYPE, of: number, subject)
        guard type == Int32(SOCK_STREAM.rawValue), try option(SO_ACCEPTCONN, of: number, subject) == 1 else {
            throw SystemError("inherit", "\(subject), which is no listening stream socket", code: EINVAL)
        }
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SystemError("dup", subject) }
        let flags = fcntl(copy, F_GETFL)
        guard flags >= 0, fcntl(copy, F_SETFL, flags | O_NONBLOCK) == 0 else {
            let failure = SystemError("fcntl", subject)
            close(copy)
            throw failure
        }
        // Refused by a Unix socket, which doesn't need it.
        setOption(copy, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return copy
    }

    private static func option(_ name: Int32, of descriptor: Int32, _ subject: String) throws(SystemError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 else {
            throw SystemError("inherit", subject)
        }
        return value
    }
}
