import Foundation
import Glibc
import Synchronization

/// A server of a test at a path in the file system, which notes when somebody comes and ends each connection at once.
///
/// A check that only connects is seen here, as it would not be at a port: there it ends before it is accepted.
public final class PathListener: Sendable {
    /// Where it is.
    public let path: String
    private let descriptor: Int32
    // Owner: the mutex; written by the accepting thread, read by tests.
    private let arrived = Mutex<[ContinuousClock.Instant]>([])

    /// Begins to listen.
    ///
    /// - Throws: `PeerError` when the kernel refuses.
    public init() throws(PeerError) {
        path = "/tmp/listener-\(UUID().uuidString.prefix(8))"
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw PeerError("socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0, Glibc.listen(descriptor, 64) == 0 else {
            let failure = PeerError("listen \(path)")
            Glibc.close(descriptor)
            throw failure
        }
        Thread.detachNewThread { [weak self, descriptor] in
            while true {
                let connection = Glibc.accept(descriptor, nil, nil)
                // The listening has ended.
                guard connection >= 0, let self else { break }
                let now = ContinuousClock.now
                self.arrived.withLock { $0.append(now) }
                Glibc.close(connection)
            }
            Glibc.close(descriptor)
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        unlink(path)
    }

    /// When somebody came, in order.
    public var arrivals: [ContinuousClock.Instant] { arrived.withLock { $0 } }
}
