import EventLoop
import Model

/// What only formats of one's own tell of a session, and not the default ones.
public struct SessionLogDetails: Sendable {
    /// This machine's name.
    public var hostName: String
    /// The process's number.
    public var processID: Int32
    /// The time of the line.
    public var loggedAt: Timestamp
    /// The address that the client connected to, if it was looked up.
    public var destination: LogPeer?
    /// The address that the server was connected to from, if it was looked up and there was a connection.
    public var source: LogPeer?
    /// Where the server is.
    public var serverAddress: LogPeer?
    /// Bytes from the client.
    public var bytesFromClient: Int64 = 0
    /// From the accept to the end of the client's PROXY header, in milliseconds.
    public var handshakeMilliseconds = 0
    /// How many sessions the instance had had before.
    public var sessionNumber = 0
    /// How many lines the frontend had left before.
    public var lineNumber = 0
    /// The frontend's number.
    public var frontendID = 0
    /// The backend's number.
    public var backendID = 0
    /// The server's number among the backend's.
    public var serverID: Int?
    /// The number of the address that accepted it, among the frontend's, from 1.
    public var listenerID = 1
    /// That address's name.
    public var listenerName: String?
    /// What the session's id is made of; without it, sessions have none.
    public var uniqueID: LogTemplate?
    /// What is known of the client's TLS; `nil` where it has none.
    public var encryption: EncryptionLogDetails?
    /// What samples tell of either side's TLS, where the line asks for it.
    public var security: [TLSSample: SampleValue] = [:]
    /// What rules have set, where the line asks for it.
    public var variables: [SessionVariable: SampleValue] = [:]
    /// How proxies, servers and tables are, where the line asks for it.
    public var states: [SampleExpression.Fetch: SampleValue] = [:]
    /// The request, where one was read.
    public var request: RequestLogDetails?

    /// Makes details.
    ///
    /// - Parameters:
    ///   - processID: the process's number.
    ///   - loggedAt: the time of the line.
    ///   - hostName: this machine's name.
    public init(processID: Int32, loggedAt: Timestamp, hostName: String = CurrentProcess.hostName) {
        self.hostName = hostName
        self.processID = processID
        self.loggedAt = loggedAt
    }
}

/// What a format tells of a client's TLS.
public struct EncryptionLogDetails: Sendable, Hashable {
    /// The version: `TLSv1.3`.
    public var version: String
    /// The cipher's name.
    public var cipher: String
    /// The name that the client has asked for.
    public var serverName: String?
    /// The protocol that was agreed on by ALPN.
    public var negotiatedProtocol: String?
    /// Whether the client went on with an earlier session.
    public var isResumed: Bool

    /// Makes details.
    ///
    /// - Parameters:
    ///   - version: the version.
    ///   - cipher: the cipher's name.
    ///   - serverName: the name that the client has asked for.
    ///   - negotiatedProtocol: the protocol that was agreed on by ALPN.
    ///   - isResumed: whether the client went on with an earlier session.
    public init(
        version: String, cipher: String, serverName: String?, negotiatedProtocol: String?, isResumed: Bool
    ) {
        self.version = version
        self.cipher = cipher
        self.serverName = serverName
        self.negotiatedProtocol = negotiatedProtocol
        self.isResumed = isResumed
    }
}

/// What a format tells of an HTTP request that was read.
public struct RequestLogDetails: Sendable, Hashable {
    /// The request's first line; `nil` when it was not understood (`<BADREQ>`).
    public var line: String?
    /// The answer's status.
    public var status: Int
    /// From the first byte of the request to its end, in milliseconds; `nil` when it was not complete (`-1`).
    public var milliseconds: Int?
    /// Whether it was answered.
    public var isAnswered: Bool

    /// Makes details.
    ///
    /// - Parameters:
    ///   - line: the request's first line.
    ///   - status: the answer's status.
    ///   - milliseconds: how long the request took to arrive.
    ///   - isAnswered: whether it was answered.
    public init(line: String?, status: Int, milliseconds: Int?, isAnswered: Bool) {
        self.line = line
        self.status = status
        self.milliseconds = milliseconds
        self.isAnswered = isAnswered
    }

    /// The method, the address and the version; texts that say so where the line is not understood.
    var words: (method: String, uri: String, version: String) {
        guard let line else { return ("<BADREQ>", "<BADREQ>", "<BADREQ>") }
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        return (words.first ?? "", words.count > 1 ? words[1] : "", words.count > 2 ? words[2] : "HTTP/0.9")
    }

    /// The address up to its question mark.
    var path: String { String(words.uri.prefix { $0 != "?" }) }

    /// The address from its question mark on; empty without one.
    var query: String { String(words.uri.drop { $0 != "?" }) }
}
