import EventLoop
import Glibc

/// Two connected sockets: the near one non-blocking as the loop's are, the far one the test's own.
final class SocketPair {
    let near: Int32
    let far: Int32

    init() throws {
        var descriptors: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &descriptors) == 0 else {
            throw SystemError("socketpair", "test")
        }
        near = descriptors[0]
        far = descriptors[1]
        _ = fcntl(near, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(near)
        close(far)
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        precondition(Glibc.send(far, bytes, bytes.count, 0) == bytes.count, "a pair's buffer takes a few bytes")
    }

    func finish() { shutdown(far, Int32(SHUT_WR)) }
}
