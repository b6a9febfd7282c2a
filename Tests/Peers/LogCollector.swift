import Foundation
import Synchronization

/// A syslog daemon of a test: collects what comes to a UDP port.
public final class LogCollector: Sendable {
    /// Its port on 127.0.0.1.
    public let port: UInt16
    private let descriptor: Int32
    // Owner: the mutex; written by the receiving thread, read by tests.
    private let received = Mutex<[String]>([])

    /// Takes a port and begins to collect.
    ///
    /// - Throws: `PeerError` when there is none.
    public init() throws(PeerError) {
        let descriptor = try Loopback.socket(SOCK_DGRAM)
        guard Loopback.withAddress("127.0.0.1", 0, { bind(descriptor, $0, $1) }) == 0 else { throw PeerError("bind") }
        // A burst waits here until the thread gets its turn.
        Loopback.set(descriptor, SOL_SOCKET, SO_RCVBUF, 1 << 20)
        self.descriptor = descriptor
        port = Loopback.port(of: descriptor)
        Thread.detachNewThread { [weak self] in
            while true {
                let readable = Loopback.wait(descriptor, for: POLLIN, until: .now + .milliseconds(200))
                guard let self else { break }
                if readable { self.drain() }
            }
            Glibc.close(descriptor)
        }
    }

    /// Every datagram so far, in order of arrival.
    public var datagrams: [String] {
        // What has been sent is there, whether or not the thread has had its turn.
        drain()
        return received.withLock { $0 }
    }

    private func drain() {
        received.withLock { received in
            var datagram = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = recv(descriptor, &datagram, datagram.count, Int32(MSG_DONTWAIT))
                guard count > 0 else { return }
                received.append(String(decoding: datagram[..<count], as: UTF8.self))
            }
        }
    }

    /// The lines so far without their header (priority, date, tag), in order of arrival.
    public var lines: [String] {
        datagrams.map { datagram in
            guard let tag = datagram.range(of: "]: ") else { return datagram }
            return String(datagram[tag.upperBound...]).trimmingCharacters(in: .newlines)
        }
    }
}
