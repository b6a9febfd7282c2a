import Model

/// One accepted connection, written as HAProxy does without a log format: at its beginning.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.2.1, and recordings (a Unix socket's line has no `from`).
public struct ConnectLogRecord: LogLine, Sendable, Hashable {
    /// Who connected.
    public var client: LogPeer
    /// To which address.
    public var destination: LogPeer
    /// The frontend's name.
    public var frontend: String
    /// Whether the frontend understands HTTP.
    public var isHTTP: Bool

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - client: who connected.
    ///   - destination: to which address.
    ///   - frontend: the frontend's name.
    ///   - isHTTP: whether the frontend understands HTTP.
    public init(client: LogPeer, destination: LogPeer, frontend: String, isHTTP: Bool) {
        self.client = client
        self.destination = destination
        self.frontend = frontend
        self.isHTTP = isHTTP
    }

    /// Connections are of level `info`.
    public var level: LogLevel { .info }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: not needed.
    public func write(to line: inout LineBuffer, dates: inout LogDates) {
        line.append("Connect ")
        switch client {
        case .ip:
            line.append("from ")
            client.write(to: &line)
            line.append(" to ")
            destination.write(to: &line)
        case .unix:
            line.append("to ")
            client.write(to: &line)
        }
        line.append(" (")
        line.append(frontend)
        line.append(isHTTP ? "/HTTP)" : "/TCP)")
    }
}
