import Foundation
import Synchronization

/// A name server of a test's own, on loopback: says what the test has set, and counts who asks.
public final class NameServer: Sendable {
    /// What there is to say of a name.
    public struct Entry: Sendable {
        /// IPv4 addresses.
        public var ipv4: [String] = []
        /// IPv6 addresses.
        public var ipv6: [String] = []
        /// Places of a service: weight, port and target.
        public var services: [(weight: UInt16, port: UInt16, target: String)] = []
        /// The code of the answer; 0 is a good one.
        public var code: UInt8 = 0
        /// Whether nothing is said at all.
        public var isSilent = false
        /// Whether a datagram says only that there is more than fits into it.
        public var isTruncated = false

        /// Makes an entry with IPv4 addresses.
        ///
        /// - Parameter ipv4: the addresses.
        public init(_ ipv4: String...) { self.ipv4 = ipv4 }

        /// Makes an entry for a service.
        ///
        /// - Parameter services: its places.
        public init(services: [(weight: UInt16, port: UInt16, target: String)]) { self.services = services }

        /// A name of which everything is said over TCP alone.
        ///
        /// - Parameter ipv4: the addresses.
        /// - Returns: the entry.
        public static func long(_ ipv4: String...) -> Entry {
            var entry = Entry()
            entry.ipv4 = ipv4
            entry.isTruncated = true
            return entry
        }

        /// A name that nothing is said of.
        public static var silent: Entry {
            var entry = Entry()
            entry.isSilent = true
            return entry
        }

        /// A question that is answered by a code: 2 for trouble, 5 for a refusal.
        ///
        /// - Parameter code: the code.
        /// - Returns: the entry.
        public static func code(_ code: UInt8) -> Entry {
            var entry = Entry()
            entry.code = code
            return entry
        }
    }

    /// Its port on 127.0.0.1.
    public let port: UInt16
    // Owner: the mutex; set by tests, read by the answering thread.
    private let zone: Mutex<[String: Entry]>
    // Owner: the mutex; written by the answering thread, read by tests.
    private let asked = Mutex<[String]>([])

    /// Takes a port and begins to answer.
    ///
    /// - Parameter zone: what there is to say, by name; of all others it says that they don't exist.
    /// - Throws: `PeerError` when there is no port.
    public init(_ zone: [String: Entry] = [:]) throws(PeerError) {
        let (descriptor, listener) = try Self.sockets()
        port = Loopback.port(of: descriptor)
        self.zone = Mutex(zone)
        Thread.detachNewThread { [weak self] in
            while Loopback.wait(descriptor, for: POLLIN, until: .now + .milliseconds(200)) || self != nil {
                guard let self else { break }
                self.serve(descriptor)
            }
            Glibc.close(descriptor)
        }
        Thread.detachNewThread { [weak self] in
            while Loopback.wait(listener, for: POLLIN, until: .now + .milliseconds(200)) || self != nil {
                guard let self else { break }
                self.serveStream(of: listener)
            }
            Glibc.close(listener)
        }
    }

    /// How many ports are tried until one is free for datagrams and for connections.
    private static let attemptsAtPorts = 100

    /// A socket for datagrams, and one on the same port that listens: whoever connects to somewhere may have that port already.
    private static func sockets() throws(PeerError) -> (datagrams: Int32, listener: Int32) {
        for _ in 0..<attemptsAtPorts {
            let datagrams = try Loopback.socket(SOCK_DGRAM)
            guard Loopback.withAddress("127.0.0.1", 0, { bind(datagrams, $0, $1) }) == 0 else {
                throw PeerError("bind")
            }
            let port = Loopback.port(of: datagrams)
            let listener = try Loopback.socket(SOCK_STREAM)
            if Loopback.withAddress("127.0.0.1", port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 {
                return (datagrams, listener)
            }
            Glibc.close(listener)
            Glibc.close(datagrams)
        }
        throw PeerError("no port is free for datagrams and connections")
    }

    /// What was asked over TCP so far.
    public var questionsByStream: Int { askedByStream.withLock { $0 } }

    // Owner: the mutex; written by the answering threads, read by tests.
    private let askedByStream = Mutex(0)

    /// What was asked so far: `name A`, `name AAAA`, `name SRV`.
    public var questions: [String] { asked.withLock { $0 } }

    /// Says something else from now on.
    ///
    /// - Parameter zone: what there is to say.
    public func set(_ zone: [String: Entry]) { self.zone.withLock { $0 = zone } }

    private func serve(_ descriptor: Int32) {
        var datagram = [UInt8](repeating: 0, count: 4_096)
        var sender = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &datagram, datagram.count, Int32(MSG_DONTWAIT), $0, &length)
            }
        }
        guard count > 12, let answer = answer(Array(datagram[..<count])) else { return }
        _ = withUnsafePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, answer, answer.count, 0, $0, length)
            }
        }
    }

    /// Takes one connection and answers until its other end closes it, or for a while.
    private func serveStream(of listener: Int32) {
        guard Loopback.wait(listener, for: POLLIN, until: .now) else { return }
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return }
        Thread.detachNewThread { [weak self] in
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 4_096)
            while let self {
                guard Loopback.wait(descriptor, for: POLLIN, until: .now + .milliseconds(200)) else { continue }
                let count = recv(descriptor, &part, part.count, 0)
                guard count > 0 else { break }
                bytes += part[..<count]
                while bytes.count > 2, case let length = Int(bytes[0]) << 8 | Int(bytes[1]), bytes.count >= 2 + length {
                    let query = Array(bytes[2..<2 + length])
                    bytes.removeFirst(2 + length)
                    self.askedByStream.withLock { $0 += 1 }
                    guard let answer = self.answer(query, isWhole: true) else { continue }
                    let message = self.bytes(UInt16(answer.count)) + answer
                    _ = send(descriptor, message, message.count, Int32(MSG_NOSIGNAL))
                }
            }
            Glibc.close(descriptor)
        }
    }

    private func answer(_ query: [UInt8], isWhole: Bool = false) -> [UInt8]? {
        var index = 12
        var labels: [String] = []
        while index < query.count, query[index] > 0 {
            let end = index + 1 + Int(query[index])
            guard end < query.count else { return nil }
            labels.append(String(decoding: query[index + 1..<end], as: UTF8.self))
            index = end
        }
        guard index + 5 <= query.count else { return nil }
        let kind = UInt16(query[index + 1]) << 8 | UInt16(query[index + 2])
        let name = labels.joined(separator: ".").lowercased()
        asked.withLock { $0.append("\(name) \([1: "A", 28: "AAAA", 33: "SRV"][kind] ?? "\(kind)")") }
        let entry = zone.withLock { $0[name] } ?? .code(3)
        guard !entry.isSilent else { return nil }
        let isCut = entry.isTruncated && !isWhole
        let records = entry.code == 0 && !isCut ? records(of: entry, kind) : []
        var answer =
            Array(query[0..<2]) + [isCut ? 0x83 : 0x81, 0x80 | entry.code, 0, 1, 0, UInt8(records.count), 0, 0, 0, 0]
        answer += query[12..<index + 5]
        for record in records {
            answer += [0xC0, 12] + bytes(kind) + [0, 1, 0, 0, 0, 60] + bytes(UInt16(record.count)) + record
        }
        return answer
    }

    private func records(of entry: Entry, _ kind: UInt16) -> [[UInt8]] {
        switch kind {
        case 1: entry.ipv4.map { address($0, AF_INET, 4) }
        case 28: entry.ipv6.map { address($0, AF_INET6, 16) }
        case 33:
            entry.services.map { service in
                let target = service.target.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
                return bytes(0) + bytes(service.weight) + bytes(service.port) + target + [0]
            }
        default: []
        }
    }

    private func address(_ text: String, _ family: Int32, _ length: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        inet_pton(family, text, &bytes)
        return bytes
    }

    private func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(truncatingIfNeeded: number)] }
}
