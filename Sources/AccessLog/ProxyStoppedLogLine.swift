import Model

/// The line that a proxy leaves when it stops accepting for good.
///
/// - Source: recordings of HAProxy 2.6.
public struct ProxyStoppedLogLine: LogLine, Sendable, Hashable {
    /// The proxy's name.
    public var proxy: String
    /// Connections that its frontend side has accepted since the start.
    public var frontendConnections: Int
    /// Sessions that its backend side has had since the start.
    public var backendConnections: Int

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's name.
    ///   - frontendConnections: connections of its frontend side.
    ///   - backendConnections: sessions of its backend side.
    public init(proxy: String, frontendConnections: Int, backendConnections: Int) {
        self.proxy = proxy
        self.frontendConnections = frontendConnections
        self.backendConnections = backendConnections
    }

    /// A stop is of level `warning`.
    public var level: LogLevel { .warning }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: not needed.
    public func write(to line: inout LineBuffer, dates: inout LogDates) {
        line.append("Proxy ")
        line.append(proxy)
        line.append(" stopped (cumulated conns: FE: ")
        line.append(frontendConnections)
        line.append(", BE: ")
        line.append(backendConnections)
        line.append(").")
    }
}
