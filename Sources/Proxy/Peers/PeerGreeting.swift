/// What two peers say to each other first: who they are, and whether they go on.
///
/// - Source: HAProxy's peers protocol, recorded from HAProxy 2.6.12.
enum PeerGreeting {
    /// The most bytes of a greeting.
    static let mostBytes = 1_024

    private static let protocolName = "HAProxyS"

    /// What came of the bytes of one that connects.
    enum Reading: Equatable {
        /// More has to come.
        case incomplete
        /// It is who it says, and wants to speak with this process; `length` bytes said so.
        case peer(name: String, knowsTimes: Bool, length: Int)
        /// It is refused.
        case refused(PeerStatus)
    }

    /// What this process says when it connects.
    ///
    /// - Parameters:
    ///   - peer: to whom.
    ///   - localName: this process's name among the peers.
    ///   - processID: its number.
    /// - Returns: the bytes.
    static func hello(to peer: String, from localName: String, processID: Int32) -> [UInt8] {
        Array("\(protocolName) 2.1\n\(peer)\n\(localName) \(processID) 1\n".utf8)
    }

    /// Reads what one that connects says; each line is judged as soon as it is there.
    ///
    /// - Parameters:
    ///   - bytes: what has come.
    ///   - localName: this process's name among the peers.
    /// - Returns: what it is; whether the peer is known is the caller's to say.
    static func read(_ bytes: ArraySlice<UInt8>, as localName: String) -> Reading {
        var rest = bytes
        guard let first = line(&rest) else { return missing(bytes) }
        let words = first.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, words[0] == protocolName else { return .refused(.protocolError) }
        guard words[1] == "2.0" || words[1] == "2.1" else { return .refused(.badVersion) }
        guard let addressee = line(&rest) else { return missing(bytes) }
        guard addressee == localName else { return .refused(.badName) }
        guard let sender = line(&rest) else { return missing(bytes) }
        let parts = sender.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return .refused(.protocolError) }
        return .peer(name: String(parts[0]), knowsTimes: words[1] == "2.1", length: bytes.count - rest.count)
    }

    /// Reads the answer to `hello`.
    ///
    /// - Parameter bytes: what has come.
    /// - Returns: the answer's number and how many bytes it has; `nil` while more has to come, and 0 for what is none.
    static func readAnswer(_ bytes: ArraySlice<UInt8>) -> (code: Int, length: Int)? {
        var rest = bytes
        guard let line = line(&rest) else { return bytes.count < mostBytes ? nil : (0, bytes.count) }
        return (Int(line) ?? 0, bytes.count - rest.count)
    }

    private static func missing(_ bytes: ArraySlice<UInt8>) -> Reading {
        bytes.count < mostBytes ? .incomplete : .refused(.protocolError)
    }

    /// Takes a line, without its end.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let end = rest.prefix(mostBytes).firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = rest[..<end]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        rest = rest[(end + 1)...]
        return String(decoding: line, as: UTF8.self)
    }
}

/// How a greeting is answered.
enum PeerStatus: Int {
    case success = 200
    /// There is a connection already.
    case tryAgain = 300
    case protocolError = 501
    case badVersion = 502
    /// The name that was asked for is not this process's.
    case badName = 503
    /// Whoever asks is not among the peers.
    case unknownPeer = 504

    /// As it is sent.
    var bytes: [UInt8] { Array("\(rawValue)\n".utf8) }
}
