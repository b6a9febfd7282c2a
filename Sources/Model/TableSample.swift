/// What a rule may ask of a stick table: what is counted for a key that the session is tracked by, or for its client.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.3 (`sc_…`, `src_…`).
public struct TableSample: Sendable, Hashable {
    /// Whose entry it is.
    public enum Subject: Sendable, Hashable {
        /// The entry that the session is tracked by (`sc0_…`).
        case tracked(slot: Int)
        /// The entry of the client's address (`src_…`).
        case source
    }

    /// What is asked for; named as in files, without what stands before.
    public enum Quantity: String, Sendable, Hashable, CaseIterable {
        case connections = "conn_cnt"
        case currentConnections = "conn_cur"
        case connectionRate = "conn_rate"
        case sessions = "sess_cnt"
        case sessionRate = "sess_rate"
        case kilobytesIn = "kbytes_in"
        case bytesInRate = "bytes_in_rate"
        case kilobytesOut = "kbytes_out"
        case bytesOutRate = "bytes_out_rate"
        case generalPurpose = "get_gpc0"
        case generalPurposeRate = "gpc0_rate"
        /// Counts up, and is the new number.
        case countUp = "inc_gpc0"
        /// Sets to 0, and is the old number.
        case clear = "clr_gpc0"
        case second = "get_gpc1"
        case secondRate = "gpc1_rate"
        case countUpSecond = "inc_gpc1"
        case clearSecond = "clr_gpc1"
        /// What rules have set.
        case tag = "get_gpt0"
        /// Whether there is an entry.
        case isTracked = "tracked"
        /// How many connections are tracked by it now.
        case trackers
        /// Counts a connection, and is the new number (`src_updt_conn_cnt`).
        case countConnection = "updt_conn_cnt"

        /// Whether to read it is to count, so that there has to be an entry.
        public var isCount: Bool { self == .countUp || self == .countUpSecond || self == .countConnection }
    }

    /// Whose entry it is.
    public var subject: Subject
    /// What is asked for.
    public var quantity: Quantity
    /// The index of the proxy whose table it is; the one that the session is tracked in when `nil`.
    public var table: Int?

    /// Makes one.
    ///
    /// - Parameters:
    ///   - subject: whose entry it is.
    ///   - quantity: what is asked for.
    ///   - table: the index of the proxy whose table it is.
    public init(_ subject: Subject, _ quantity: Quantity, table: Int?) {
        self.subject = subject
        self.quantity = quantity
        self.table = table
    }
}
