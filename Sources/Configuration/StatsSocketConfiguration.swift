/// One `stats socket` line.
public struct StatsSocketConfiguration: Sendable, Equatable {
    /// What a connection of this socket may do.
    public enum Level: Int, Sendable, Comparable {
        /// Reads what is not sensitive.
        case user
        /// Reads everything (the default).
        case `operator`
        /// Reads and changes.
        case admin

        /// Whether the left level may do less than the right one.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// How answers say how grave they are.
    public enum SeverityOutput: String, Sendable, CaseIterable {
        /// Not at all.
        case none
        /// As `[3]: `.
        case number
        /// As `[err]: `.
        case string
    }

    /// Where it listens.
    public var address: BindAddress
    /// What it allows.
    public var level = Level.operator
    /// Most connections of this socket at once, where that is less than all of them may have.
    public var maxconn: Int?
    /// How its answers say how grave they are, until a connection orders it otherwise (`severity-output`).
    public var severityOutput = SeverityOutput.none
    /// Whether another process gets the listening sockets from it (`expose-fd listeners`).
    public var exposesListeners = false
    /// The socket file's mode, `nil` to leave what the umask gives.
    public var mode: UInt32?
    /// The socket file's owner.
    public var user: AccountReference?
    /// The socket file's group.
    public var group: AccountReference?
    /// Where the line stands.
    public var location: SourceLocation

    /// Makes a socket with HAProxy's defaults.
    ///
    /// - Parameters:
    ///   - address: where it listens.
    ///   - location: where the line stands.
    public init(address: BindAddress, location: SourceLocation) {
        self.address = address
        self.location = location
    }
}

/// A user or a group as a configuration names it; looked up in the system when the socket is made.
public enum AccountReference: Sendable, Hashable {
    /// By number.
    case id(UInt32)
    /// By name.
    case name(String)
}
