import EventLoop
import Glibc
import Peers
import Seeds

@testable import Proxy

/// A relay with one direction between two connections: the test is client and server, the relay holds their other ends.
final class RelayRig {
    /// The test's ends.
    let client: Int32
    let server: Int32
    private let source: Int32
    private let sink: Int32
    private let relay = Relay()
    private let state = UnsafeMutablePointer<Direction>.allocate(capacity: 1)

    var direction: Direction {
        get { state.pointee }
        set { state.pointee = newValue }
    }

    init(isTCP: Bool = false, sourceBuffer: Int32? = nil, sinkBuffer: Int32? = nil) throws {
        (client, source) = try RelayRig.connection(isTCP, buffer: sourceBuffer)
        (server, sink) = try RelayRig.connection(isTCP, buffer: sinkBuffer)
        state.initialize(to: Direction())
        for descriptor in [client, source, server, sink] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        relay.release(state)
        state.deallocate()
        // Closing one end twice is what tests of broken ends do; nothing else is opened in between.
        close(source)
        close(sink)
    }

    func give(_ text: String, withEvent: Bool = true) {
        let count = offer(Array(text.utf8)[...])
        precondition(count == text.utf8.count, "an empty buffer takes a few bytes")
        if withEvent { direction.isSourceReadable = true }
        waitForSource()
    }

    /// Gives until the kernel takes no more; says how much that was.
    func fill() -> Int {
        var total = 0
        let bytes = [UInt8](repeating: 7, count: 65_536)
        while case let count = offer(bytes[...]), count > 0 { total += count }
        direction.isSourceReadable = true
        waitForSource()
        return total
    }

    /// Sends what the kernel takes; says how much that was.
    func offer(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBytes { max(0, send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))) }
    }

    /// Ends the source, with the event that tells of it.
    func finishSource() {
        shutdown(client, Int32(SHUT_WR))
        direction.isSourceReadable = true
        direction.isSourceClosing = true
    }

    func move(isLast: Bool = false) -> Relay.Stop {
        relay.move(state, from: PlainPort(source), to: PlainPort(sink), isLast: isLast)
    }

    func begin(with bytes: [UInt8]) -> Bool { relay.send(bytes, before: state, to: sink) }

    func discard() -> Int { relay.discard(from: PlainPort(source)) }

    func release() { relay.release(state) }

    /// What the server has got.
    func taken(atMost most: Int = .max, waits: Bool = false) -> [UInt8] {
        if waits {
            var state = pollfd(fd: server, events: Int16(POLLIN), revents: 0)
            guard poll(&state, 1, 10_000) == 1 else { return [] }
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < most {
            let count = recv(server, &chunk, min(chunk.count, most - bytes.count), 0)
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }

    /// Takes everything out at the server, with the events that the kernel would send.
    func drain(upTo count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = taken(waits: true)
            if more.isEmpty { break }
            bytes += more
            direction.isSinkFull = false
            direction.isSourceReadable = true
            _ = move()
        }
        return bytes
    }

    func sinkSeesEnd(within limit: Duration = .zero) -> Bool {
        var state = pollfd(fd: server, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        return poll(&state, 1, Int32(limit.wholeMilliseconds)) == 1 && recv(server, &byte, 1, Int32(MSG_PEEK)) == 0
    }

    private func waitForSource() {
        var state = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
        precondition(poll(&state, 1, 10_000) == 1, "loopback delivers")
    }

    /// The test's end and the relay's end of a new connection.
    private static func connection(_ isTCP: Bool, buffer: Int32?) throws -> (Int32, Int32) {
        let (outer, inner): (Int32, Int32)
        if isTCP {
            let listener = try PeerListener()
            outer = try Peer(port: listener.port, receiveBuffer: buffer).descriptor
            inner = try listener.accept().descriptor
        } else {
            var pair: [Int32] = [-1, -1]
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
                throw SystemError("socketpair", "test")
            }
            (outer, inner) = (pair[0], pair[1])
        }
        if var size = buffer {
            for descriptor in [outer, inner] {
                setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
                setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            }
        }
        return (outer, inner)
    }
}

extension SeededGenerator {
    /// Random bytes, eight at a time.
    mutating func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            for start in stride(from: 0, to: count, by: 8) {
                withUnsafeBytes(of: next()) { word in
                    for offset in start..<min(start + 8, count) { buffer[offset] = word[offset - start] }
                }
            }
            filled = count
        }
    }
}
