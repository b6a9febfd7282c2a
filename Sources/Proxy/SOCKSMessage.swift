import EventLoop

/// What is said to a SOCKS 4 proxy, and what it answers.
///
/// - Source: the protocol's original description ("SOCKS: A protocol for TCP proxy across firewalls"); the user's name is
///   the one that HAProxy 2.6 gives.
enum SOCKSMessage {
    /// How long an answer is.
    static let answerLength = 8
    private static let version: UInt8 = 4
    private static let connectCommand: UInt8 = 1
    private static let granted: UInt8 = 90
    private static let user = "HAProxy"

    /// A request for a connection.
    ///
    /// - Parameter address: where to; the protocol knows IPv4 alone.
    /// - Returns: its bytes; `nil` for an address that it can't name.
    static func request(to address: SocketAddress) -> [UInt8]? {
        guard case .ip(let endpoint) = address, !endpoint.isIPv6 else { return nil }
        return [version, connectCommand, UInt8(endpoint.port >> 8), UInt8(endpoint.port & 0xFF)]
            + endpoint.addressBytes + Array(user.utf8) + [0]
    }

    /// Whether an answer grants the connection.
    ///
    /// - Parameter answer: all of its bytes.
    /// - Returns: whether it does.
    static func grants(_ answer: some Collection<UInt8>) -> Bool { answer.dropFirst().first == granted }

    /// What has come of an answer.
    enum Progress: Equatable {
        /// Not all of it.
        case waiting
        /// The connection is there.
        case granted
        /// It is refused.
        case denied
        /// The proxy has ended.
        case broken
    }

    /// Takes an answer off a connection once all of it is there; not a byte more.
    ///
    /// - Parameter descriptor: the connection to the proxy.
    /// - Returns: what it says.
    static func readAnswer(from descriptor: Int32) -> Progress {
        withUnsafeTemporaryAllocation(byteCount: answerLength, alignment: 1) { buffer in
            switch Socket.peek(descriptor, into: buffer) {
            case .wouldBlock: return .waiting
            case .end, .failed: return .broken
            case .bytes(let count) where count < answerLength: return .waiting
            case .bytes:
                guard case .bytes(answerLength) = Socket.read(descriptor, into: buffer) else { return .broken }
                return grants(buffer) ? .granted : .denied
            }
        }
    }
}
