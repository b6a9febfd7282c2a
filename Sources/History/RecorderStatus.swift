/// What the recorder tells of itself at one moment.
public struct RecorderStatus: Sendable, Hashable, Codable {
    /// Rows that wait to be written.
    public let queued: Int
    /// Rows that were dropped since the start.
    public let dropped: Int
    /// Rows that were written since the start.
    public let written: Int
    /// Why nothing can be written at the moment; `nil` while all is well.
    public let trouble: String?

    /// Makes a status.
    ///
    /// - Parameters:
    ///   - queued: rows that wait to be written.
    ///   - dropped: rows that were dropped since the start.
    ///   - written: rows that were written since the start.
    ///   - trouble: why nothing can be written at the moment, if so.
    public init(queued: Int, dropped: Int, written: Int, trouble: String?) {
        self.queued = queued
        self.dropped = dropped
        self.written = written
        self.trouble = trouble
    }
}
