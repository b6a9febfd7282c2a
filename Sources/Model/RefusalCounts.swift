/// Connections that rules kept out, by how far they had come.
///
/// - Source: HAProxy 2.6 management guide, section 9.1 (`dcon`, `dses`, `dreq`, `dresp`, `ereq`).
public struct RefusalCounts: Sendable, Hashable {
    /// Refused as they came.
    public var connections = 0
    /// Refused once the client was known.
    public var sessions = 0
    /// Refused for what the client had sent.
    public var requests = 0
    /// Ended for what the server had answered.
    public var responses = 0
    /// Ended while it was waited for what the client would send.
    public var unfinished = 0

    /// Nothing refused yet.
    public init() {}
}
