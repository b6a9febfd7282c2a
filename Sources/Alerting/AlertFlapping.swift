import Model

/// A server that changes its state too often, and was told of: as much as it takes to tell of the end, also after a restart.
struct AlertFlapping: Sendable, Hashable, Codable {
    /// Names it in both of its messages.
    let id: String
    let server: ServerIdentity
    /// When it began to flap.
    let since: Timestamp
    /// Its changes, as far as one has to look back.
    var changes: [Timestamp]
}
