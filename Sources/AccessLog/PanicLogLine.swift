import Model

/// The line that a backend leaves when it no longer believes its checks, and when it does again (`panic-threshold`).
public struct PanicLogLine: LogLine, Sendable, Hashable {
    /// The proxy's name.
    public var proxy: String
    /// Whether it begins.
    public var begins: Bool
    /// Servers that are up.
    public var serversUp: Int
    /// Servers that could be up.
    public var servers: Int
    /// The share below which checks aren't believed, in percent.
    public var threshold: Int

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's name.
    ///   - begins: whether it begins.
    ///   - serversUp: servers that are up.
    ///   - servers: servers that could be up.
    ///   - threshold: the share below which checks aren't believed, in percent.
    public init(proxy: String, begins: Bool, serversUp: Int, servers: Int, threshold: Int) {
        self.proxy = proxy
        self.begins = begins
        self.serversUp = serversUp
        self.servers = servers
        self.threshold = threshold
    }

    /// Its beginning alarms, its end doesn't.
    public var level: LogLevel { begins ? .alert : .notice }

    /// What the line and the history say.
    public var words: String {
        let share = "\(serversUp) of \(servers) servers up"
        return begins
            ? "backend \(proxy) panics: \(share), below \(threshold) %. Checks are not believed, all servers are used."
            : "backend \(proxy) is calm again: \(share), not below \(threshold) %. Checks are believed."
    }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: not needed.
    public func write(to line: inout LineBuffer, dates: inout LogDates) { line.append(words) }
}
