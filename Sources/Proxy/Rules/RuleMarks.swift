/// What rules have made of a session, and what is known of its client until it has a server.
struct RuleMarks: OptionSet {
    let rawValue: UInt8

    /// It counts among its backend's sessions.
    static let isInBackend = RuleMarks(rawValue: 1)
    /// A rule has chosen its server, and no algorithm.
    static let isBound = RuleMarks(rawValue: 2)
    /// It stays with that server also when that is down (`force-persist`).
    static let isForced = RuleMarks(rawValue: 4)
    /// Its client's connection has broken while the server's was being made.
    static let isClientBroken = RuleMarks(rawValue: 8)
    /// It is a session, and no connection alone.
    static let hasBegun = RuleMarks(rawValue: 16)
    /// Its rules have let it go on to a server.
    static let isForwarded = RuleMarks(rawValue: 32)
    /// It began with a header that says who the client is.
    static let hasHeader = RuleMarks(rawValue: 64)
}
