/// A connection to a name server, for messages that don't fit into datagrams; it never makes its owner wait.
///
/// One thread uses it. Who gets no answer asks again, and makes another one then.
///
/// - Source: RFC 1035, section 4.2.2, and RFC 7766: each message comes after its length in two bytes.
public final class QuestionStream {
    /// Most bytes that wait for a server that takes none.
    private static let mostWaiting = 262_144

    /// The descriptor, for the poller.
    public let descriptor: Int32
    private var outgoing: [UInt8] = []
    private var incoming: [UInt8] = []
    /// Whether the connection has ended, or was never made.
    public private(set) var isOver = false

    /// Begins to connect.
    ///
    /// - Parameter address: the name server.
    /// - Throws: `SystemError` when there is no descriptor or no way to the server.
    public init(to address: SocketAddress) throws(SystemError) {
        let (fresh, start) = Socket.connect(to: address)
        guard start == .connected || start == .inProgress else {
            if fresh >= 0 { Socket.close(fresh) }
            throw SystemError("connect", address.description)
        }
        descriptor = fresh
    }

    deinit { Socket.close(descriptor) }

    /// Sends a message, as soon as the connection takes it.
    ///
    /// - Parameter message: the bytes.
    /// - Returns: false when too much waits already, or the connection is over.
    public func send(_ message: [UInt8]) -> Bool {
        guard !isOver, message.count <= Int(UInt16.max), outgoing.count + message.count < Self.mostWaiting else {
            return false
        }
        outgoing += [UInt8(message.count >> 8), UInt8(truncatingIfNeeded: message.count)] + message
        flush()
        return !isOver
    }

    /// Sends what waits, as far as the connection takes it.
    public func flush() {
        while !outgoing.isEmpty, !isOver {
            switch outgoing.withUnsafeBytes({ Socket.write(descriptor, from: $0) }) {
            case .bytes(let count): outgoing.removeFirst(count)
            case .wouldBlock: return
            case .end, .failed: isOver = true
            }
        }
    }

    /// Takes the next message.
    ///
    /// - Returns: its bytes; `nil` when there is none yet.
    public func receive() -> [UInt8]? {
        var part = [UInt8](repeating: 0, count: 16_384)
        while !isOver, next() == nil {
            switch part.withUnsafeMutableBytes({ Socket.read(descriptor, into: $0) }) {
            case .bytes(let count): incoming += part[..<count]
            case .wouldBlock: return nil
            case .end, .failed: isOver = true
            }
        }
        guard let length = next() else { return nil }
        defer { incoming.removeFirst(2 + length) }
        return Array(incoming[2..<2 + length])
    }

    /// The length of the first message that is there as a whole.
    private func next() -> Int? {
        guard incoming.count >= 2 else { return nil }
        let length = Int(incoming[0]) << 8 | Int(incoming[1])
        return incoming.count >= 2 + length ? length : nil
    }
}
