import NIOCore

/// A whole message, as a client published it.
struct Message: Equatable, Sendable {
    /// The exchange it was published to.
    var exchange: String
    /// The key it was published with.
    var routingKey: String
    /// Its properties and its body's length.
    var header: ContentHeader
    /// Its body.
    var body: ByteBuffer

    /// What a copy in a queue counts for against the store's bound, so that empty messages are bounded too.
    var weight: Int { body.readableBytes + header.properties.readableBytes + Self.fixedWeight }

    private static let fixedWeight = 256
}

/// A message's copy in one queue.
struct QueuedMessage: Equatable, Sendable {
    /// Its place in the queue's order, which it keeps when it comes back.
    var position: UInt64
    /// Whether it has been handed out before.
    var isRedelivered: Bool
    /// The message.
    var message: Message
}
