import Model

/// What a proxy's lines in the log say and when they are written, besides their format.
public struct LoggingConfiguration: Sendable, Equatable {
    /// The format of sessions that did not go well (`error-log-format`).
    public var errorFormat: LogTemplate?
    /// The structured data of lines to targets that take RFC 5424 (`log-format-sd`).
    public var structuredData: LogTemplate?
    /// What `%ID` stands for (`unique-id-format`).
    public var uniqueID: LogTemplate?
    /// The program's name in its lines (`log-tag`); that of `global` when `nil`.
    public var tag: String?
    /// Whether a session is logged once its server is connected (`option logasap`).
    public var isEarly = false
    /// Whether only sessions that did not go well leave a line (`option dontlog-normal`).
    public var omitsNormal = false
    /// Whether lines about sessions that did not go well have the level `err` (`option log-separate-errors`).
    public var separatesErrors = false

    /// Makes HAProxy's defaults.
    public init() {}
}
