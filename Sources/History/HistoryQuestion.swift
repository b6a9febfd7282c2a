import Model

/// Which part of the history is asked for.
public struct HistoryQuestion: Sendable, Hashable {
    /// `SERVER`, `PROXY/SERVER` or `INSTANCE/PROXY/SERVER`; `nil` is every server.
    public var server: String?
    /// Only this instance; `nil` is every instance.
    public var instance: String?
    /// Nothing before this moment.
    public var since: Timestamp?
    /// Nothing at or after this moment.
    public var until: Timestamp?
    /// At most so many rows, the newest.
    public var limit: Int?
    /// Only rows recorded after this one (`--follow`).
    public var after: Int64?
    /// Only rows before this place, to go on to the past from where an answer began.
    public var before: HistoryPlace?

    /// Asks for everything.
    public init() {}
}

/// A row's place in the order of an answer; it stays the same while rows are added.
public enum HistoryPlace: Sendable, Hashable {
    /// Of a transition or an event: its moment and its number.
    case row(at: Timestamp, id: Int64)
    /// Of session counts: the bucket's beginning and its subject. Of an incident: its beginning and the server that fell first.
    case subject(at: Timestamp, ServerIdentity)
}

/// A row of the history with the number under which it was recorded, so that a follower can ask for what came after.
public struct Recorded<Record: Sendable & Hashable>: Sendable, Hashable {
    /// Grows with each recorded row of its kind, also from a database that was lost to the one that took its place.
    public var id: Int64
    /// The row.
    public var record: Record

    /// Makes a row.
    ///
    /// - Parameters:
    ///   - id: its number.
    ///   - record: its content.
    public init(id: Int64, record: Record) {
        self.id = id
        self.record = record
    }
}
