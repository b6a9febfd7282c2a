/// What rules have made of a session.
struct RuleMarks: OptionSet {
    let rawValue: UInt8

    /// It counts among its backend's sessions.
    static let isInBackend = RuleMarks(rawValue: 1)
    /// A rule has chosen its server, and no algorithm.
    static let isBound = RuleMarks(rawValue: 2)
    /// It stays with that server also when that is down (`force-persist`).
    static let isForced = RuleMarks(rawValue: 4)
}
