import CLinux
import Glibc

/// Hands a process's listening sockets to its successor through a stats socket, and fetches them there: HAProxy's
/// `expose-fd listeners` and `-x`.
///
/// Whoever asks sends one line. The answer is how many sockets there are, in four bytes of the machine's order, and then messages
/// with at most `mostAtOnce` descriptors each and a record for every one of them (`PassedSocket`). Each message is answered by
/// four bytes, whatever they are.
///
/// - Source: HAProxy 2.6.12 and its successor, watched with 8 and 307 sockets.
public enum SocketPassing {
    /// Most sockets of a message.
    static let mostAtOnce = Int(SUPERVISE_SOCKETS_AT_ONCE)
    /// Most sockets that are taken: no process has more descriptors.
    private static let most = 1 << 20
    /// How long the other side may take for its next step, in milliseconds.
    private static let patience: Int32 = 5_000
    /// Room for the records of a message: two names of 255 bytes at most for each socket.
    private static let room = Int(SUPERVISE_SOCKETS_AT_ONCE) * (2 * 256 + 4)

    /// Why there are no sockets.
    public enum Failure: Error, Sendable, Hashable {
        /// Nobody listens there.
        case notReached(SystemError)
        /// It doesn't say how many: it is none that exposes its sockets.
        case notExposed
        /// It said so many and gave fewer.
        case brokenOff(expected: Int, received: Int)
    }

    // MARK: - Handing over

    /// Sends sockets to whoever asked for them; blocks the calling thread as long as the other side takes.
    ///
    /// - Parameters:
    ///   - sockets: what to send; they stay the caller's.
    ///   - link: the connection, which may be one that never waits.
    /// - Throws: `SystemError` when the other side is gone or takes too long.
    public static func send(_ sockets: [PassedSocket], over link: Int32) throws(SystemError) {
        try send(withUnsafeBytes(of: Int32(sockets.count)) { Array($0) }, [], over: link)
        var rest = sockets[...]
        while !rest.isEmpty {
            let next = rest.prefix(mostAtOnce)
            rest = rest.dropFirst(mostAtOnce)
            try send(next.flatMap(\.record), next.map(\.descriptor), over: link)
        }
    }

    private static func send(_ bytes: [UInt8], _ sockets: [Int32], over link: Int32) throws(SystemError) {
        var rest = bytes[...]
        var sockets = sockets
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                supervise_send_sockets(link, $0.baseAddress, $0.count, sockets, Int32(sockets.count))
            }
            if sent >= 0 {
                rest = rest.dropFirst(sent)
                // They go with a message's first byte.
                sockets = []
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLOUT), on: link)
            } else {
                throw SystemError("send", "sockets")
            }
        }
    }

    // MARK: - Fetching

    /// Fetches the sockets of a process; blocks the calling thread.
    ///
    /// - Parameter path: its stats socket.
    /// - Returns: what it gave, closed on exec; the caller closes them.
    /// - Throws: `Failure`.
    public static func fetch(from path: String) throws(Failure) -> [PassedSocket] {
        let (link, start) = Socket.connect(to: .unix(path: path))
        defer { if link >= 0 { Socket.close(link) } }
        guard case .connected = start else {
            if case .failed(let code) = start { throw .notReached(SystemError("connect", path, code: code)) }
            throw .notReached(SystemError("connect", path, code: EAGAIN))
        }
        do throws(SystemError) {
            try send(Array("_getsocks\n".utf8), [], over: link)
        } catch {
            throw .notReached(error)
        }
        var reading = Reading(link: link)
        guard let count = reading.count(), (0...most).contains(count) else { throw .notExposed }
        while reading.sockets.count < count || reading.places.count < count {
            guard reading.receive() else {
                for socket in reading.sockets { Socket.close(socket) }
                throw .brokenOff(expected: count, received: reading.sockets.count)
            }
        }
        return zip(reading.sockets, reading.places).map { socket, place in
            PassedSocket(descriptor: socket, interface: place.interface, namespace: place.namespace)
        }
    }

    /// What came in so far.
    private struct Reading {
        let link: Int32
        var sockets: [Int32] = []
        var places: [(namespace: String?, interface: String?)] = []
        private var records: [UInt8] = []

        init(link: Int32) { self.link = link }

        /// The first four bytes; `nil` where they don't come.
        func count() -> Int? {
            var bytes: [UInt8] = []
            while bytes.count < MemoryLayout<Int32>.size {
                var next = [UInt8](repeating: 0, count: MemoryLayout<Int32>.size - bytes.count)
                let count = recv(link, &next, next.count, 0)
                if count > 0 {
                    bytes += next.prefix(count)
                } else if count == 0 || errno != EAGAIN
                    || (try? SocketPassing.wait(for: Int16(POLLIN), on: link)) == nil
                {
                    return nil
                }
            }
            return Int(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) })
        }

        /// Takes the next message and answers it; false when there is none.
        mutating func receive() -> Bool {
            var bytes = [UInt8](repeating: 0, count: SocketPassing.room)
            var next = [Int32](repeating: -1, count: SocketPassing.mostAtOnce)
            var count: Int32 = 0
            while true {
                let received = supervise_receive_sockets(link, &bytes, bytes.count, &next, &count)
                guard received < 0 else {
                    sockets += next.prefix(Int(count))
                    records += bytes.prefix(received)
                    places = PassedSocket.places(in: records)
                    guard received > 0 else { return false }
                    // Somebody who has sent everything may be gone already.
                    try? SocketPassing.send([0, 0, 0, 0], [], over: link)
                    return true
                }
                guard errno == EAGAIN, (try? SocketPassing.wait(for: Int16(POLLIN), on: link)) != nil else {
                    return false
                }
            }
        }
    }

    private static func wait(for event: Int16, on link: Int32) throws(SystemError) {
        var wanted = pollfd(fd: link, events: event, revents: 0)
        while true {
            let ready = poll(&wanted, 1, patience)
            if ready > 0 { return }
            if ready == 0 { throw SystemError("wait", "the other process", code: ETIMEDOUT) }
            guard errno == EINTR else { throw SystemError("poll", "the other process") }
        }
    }
}
