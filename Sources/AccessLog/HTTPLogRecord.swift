import Model

/// One HTTP request that the proxy answered by itself, written as `option httplog` has it.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.2.3, and recordings of its statistics.
public struct HTTPLogRecord: LogLine, Sendable, Hashable {
    /// Who answered.
    public enum Answerer: Sendable, Hashable {
        /// The statistics (`<STATS>`).
        case statistics
        /// The metrics (`<PROMEX>`).
        case metrics
        /// Nobody: there is no server (`<NOSRV>`).
        case nobody

        /// What stands in the place of a server's name.
        public var name: String {
            switch self {
            case .statistics: "<STATS>"
            case .metrics: "<PROMEX>"
            case .nobody: "<NOSRV>"
            }
        }
    }

    /// What it shares with other sessions; `server` and the queue's and connection's times are not used.
    public var session: SessionLogRecord
    /// Who answered.
    public var answerer: Answerer
    /// From the first byte of the request to its end, in milliseconds; `nil` when it was not complete (`-1`).
    public var requestMilliseconds: Int?
    /// The answer's status.
    public var status: Int
    /// The request's first line; `nil` when it was not understood (`<BADREQ>`).
    public var requestLine: String?

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - session: what it shares with other sessions.
    ///   - answerer: who answered.
    ///   - requestMilliseconds: how long the request took to arrive.
    ///   - status: the answer's status.
    ///   - requestLine: the request's first line.
    public init(
        session: SessionLogRecord, answerer: Answerer, requestMilliseconds: Int?, status: Int, requestLine: String?
    ) {
        self.session = session
        self.answerer = answerer
        self.requestMilliseconds = requestMilliseconds
        self.status = status
        self.requestLine = requestLine
    }

    /// Its session's level.
    public var level: LogLevel { session.level }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: for the accept date.
    public func write(to line: inout LineBuffer, dates: inout LogDates) {
        let isAnswered = answerer != .nobody
        session.writeBeginning(to: &line, dates: &dates, server: answerer.name)
        line.append(requestMilliseconds ?? -1)
        line.append(isAnswered ? "/0/0/0/" : "/-1/-1/-1/")
        if session.isEarly { line.append(byte: UInt8(ascii: "+")) }
        line.append(session.totalMilliseconds)
        line.append(byte: UInt8(ascii: " "))
        line.append(status)
        line.append(byte: UInt8(ascii: " "))
        if session.isEarly { line.append(byte: UInt8(ascii: "+")) }
        line.append(session.bytesToClient)
        line.append(" - - ")
        line.append(byte: session.termination.cause.rawValue)
        line.append(byte: session.termination.phase.rawValue)
        line.append("-- ")
        session.writeCounts(to: &line)
        line.append(" \"")
        if let requestLine {
            line.append(escaping: requestLine)
        } else {
            line.append("<BADREQ>")
        }
        line.append(byte: UInt8(ascii: "\""))
    }
}
