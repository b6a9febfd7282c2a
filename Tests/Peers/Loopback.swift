import Glibc
import Synchronization

/// What went wrong at a test's own end of a connection.
public struct PeerError: Error, CustomStringConvertible {
    /// What was being done, and why it failed.
    public let description: String

    init(_ operation: String, code: Int32 = errno) {
        description = code == 0 ? operation : "\(operation): \(String(cString: strerror(code)))"
    }
}

/// System calls for the tests' own sockets.
public enum Loopback {
    /// Held while a descriptor could still be inherited, and while a program is started.
    ///
    /// A program that inherited another test's socket would keep it open, and that one's peer would never see its end.
    public static let inheritance = Mutex(())

    static func socket(_ type: __socket_type) throws(PeerError) -> Int32 {
        let descriptor = Glibc.socket(AF_INET, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw PeerError("socket") }
        return descriptor
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        let result = setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
        precondition(result == 0, "a test sets options that exist")
    }

    static func withAddress<Result>(
        _ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        precondition(inet_pton(AF_INET, host, &address.sin_addr) == 1, "a test's hosts are IPv4 addresses")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    static func port(of descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        precondition(result == 0, "a test's own socket has a name")
        return UInt16(bigEndian: address.sin_port)
    }

    static func remoteAddress(of descriptor: Int32) -> String {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        precondition(result == 0, "a test's connection has another end")
        return "\(String(cString: inet_ntoa(address.sin_addr))):\(UInt16(bigEndian: address.sin_port))"
    }

    /// Waits until something is possible on a socket; false when the time is over first.
    static func wait(_ descriptor: Int32, for events: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = (deadline - .now) / .milliseconds(1)
            var state = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let count = poll(&state, 1, Int32(max(0, min(left.rounded(.up), 3_600_000))))
            if count > 0 { return true }
            if count == 0 && left <= 0 { return false }
        }
    }
}
