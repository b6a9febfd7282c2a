import Model

/// One ended TCP session, written as `option tcplog` has it.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.2.2.
public struct SessionLogRecord: LogLine, Sendable, Hashable {
    /// Who connected.
    public var client: LogPeer
    /// When the connection was accepted.
    public var acceptedAt: Timestamp
    /// The frontend's name.
    public var frontend: String
    /// Whether the client has TLS (a `~` after the frontend's name).
    public var isEncrypted = false
    /// The backend's name.
    public var backend: String
    /// The last server's name; `nil` when there was none (`<NOSRV>`).
    public var server: String?
    /// How long it waited for a place, in milliseconds; `nil` when it never got one (`-1`).
    public var queueMilliseconds: Int?
    /// How long the connection to the server took, retries included, in milliseconds; `nil` when none was made (`-1`).
    public var connectMilliseconds: Int?
    /// From the accept to the end, in milliseconds.
    public var totalMilliseconds = 0
    /// Bytes from the server to the client.
    public var bytesToClient: Int64 = 0
    /// How it ended.
    public var termination = TerminationState.normal
    /// The connections at that moment.
    public var connections = LogConnectionCounts()
    /// How often the connection attempt was repeated.
    public var retries = 0
    /// Whether it was sent to another server than the first one (a `+` before the retries).
    public var isRedispatched = false
    /// Which place it had in the line for its server (`WaitQueue.Waiter.servedBefore`); 0 when it did not wait.
    public var serverQueue = 0
    /// The same in the line for any server.
    public var backendQueue = 0
    /// Whether it goes on: time and bytes will be more (a `+` before them).
    public var isEarly = false
    /// Sessions are of level `info`, but for errors that are to be told apart.
    public var level = LogLevel.info

    /// Makes the record of a session that reached no server.
    ///
    /// - Parameters:
    ///   - client: who connected.
    ///   - acceptedAt: when the connection was accepted.
    ///   - frontend: the frontend's name.
    ///   - backend: the backend's name.
    public init(client: LogPeer, acceptedAt: Timestamp, frontend: String, backend: String) {
        self.client = client
        self.acceptedAt = acceptedAt
        self.frontend = frontend
        self.backend = backend
    }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: for the accept date.
    public func write(to line: inout LineBuffer, dates: inout LogDates) {
        writeBeginning(to: &line, dates: &dates, server: server ?? "<NOSRV>")
        line.append(queueMilliseconds ?? -1)
        line.append(byte: UInt8(ascii: "/"))
        line.append(connectMilliseconds ?? -1)
        line.append(byte: UInt8(ascii: "/"))
        if isEarly { line.append(byte: UInt8(ascii: "+")) }
        line.append(totalMilliseconds)
        line.append(byte: UInt8(ascii: " "))
        if isEarly { line.append(byte: UInt8(ascii: "+")) }
        line.append(bytesToClient)
        line.append(byte: UInt8(ascii: " "))
        line.append(byte: termination.cause.rawValue)
        line.append(byte: termination.phase.rawValue)
        line.append(byte: UInt8(ascii: " "))
        writeCounts(to: &line)
    }

    /// `127.0.0.1:52968 [22/Nov/2026:13:05:32.283] frontend backend/server `.
    func writeBeginning(to line: inout LineBuffer, dates: inout LogDates, server: String) {
        client.write(to: &line)
        line.append(" [")
        dates.appendDate(of: acceptedAt, to: &line)
        line.append("] ")
        line.append(frontend)
        if isEncrypted { line.append(byte: UInt8(ascii: "~")) }
        line.append(byte: UInt8(ascii: " "))
        line.append(backend)
        line.append(byte: UInt8(ascii: "/"))
        line.append(server)
        line.append(byte: UInt8(ascii: " "))
    }

    /// `1/1/0/0/+3 0/0`.
    func writeCounts(to line: inout LineBuffer) {
        connections.write(to: &line)
        line.append(byte: UInt8(ascii: "/"))
        if isRedispatched { line.append(byte: UInt8(ascii: "+")) }
        line.append(retries)
        line.append(byte: UInt8(ascii: " "))
        line.append(serverQueue)
        line.append(byte: UInt8(ascii: "/"))
        line.append(backendQueue)
    }
}

/// How many connections there were when a line was written, the line's own among them.
public struct LogConnectionCounts: Sendable, Hashable {
    /// On the whole instance.
    public var instance = 0
    /// On the frontend.
    public var frontend = 0
    /// On the backend, waiting ones included.
    public var backend = 0
    /// On the server.
    public var server = 0

    /// Makes counts.
    ///
    /// - Parameters:
    ///   - instance: on the whole instance.
    ///   - frontend: on the frontend.
    ///   - backend: on the backend.
    ///   - server: on the server.
    public init(instance: Int = 0, frontend: Int = 0, backend: Int = 0, server: Int = 0) {
        self.instance = instance
        self.frontend = frontend
        self.backend = backend
        self.server = server
    }

    fileprivate func write(to line: inout LineBuffer) {
        line.append(instance)
        line.append(byte: UInt8(ascii: "/"))
        line.append(frontend)
        line.append(byte: UInt8(ascii: "/"))
        line.append(backend)
        line.append(byte: UInt8(ascii: "/"))
        line.append(server)
    }
}
