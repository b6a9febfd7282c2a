import Model

/// One connection that was closed before it became a session.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.2.5.
public struct RefusedConnectionLogRecord: LogLine, Sendable {
    /// Who connected.
    public var client: LogPeer
    /// When it was accepted.
    public var acceptedAt: Timestamp
    /// The frontend's name.
    public var frontend: String
    /// The name of the address where it came in, or its number among its frontend's.
    public var address: String
    /// Why, in words.
    public var reason: StaticString
    /// Refused connections are of level `info`, but for errors that are to be told apart.
    public var level = LogLevel.info

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - client: who connected.
    ///   - acceptedAt: when it was accepted.
    ///   - frontend: the frontend's name.
    ///   - address: the name of the address where it came in, or its number.
    ///   - reason: why, in words.
    public init(client: LogPeer, acceptedAt: Timestamp, frontend: String, address: String, reason: StaticString) {
        self.client = client
        self.acceptedAt = acceptedAt
        self.frontend = frontend
        self.address = address
        self.reason = reason
    }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: for the date of accepting.
    public func write(to line: inout LineBuffer, dates: inout LogDates) {
        client.write(to: &line)
        line.append(" [")
        dates.appendDate(of: acceptedAt, to: &line)
        line.append("] ")
        line.append(frontend)
        line.append(byte: UInt8(ascii: "/"))
        line.append(address)
        line.append(": ")
        line.append(reason)
    }
}
