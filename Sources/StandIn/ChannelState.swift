import NIOCore

/// One channel of a connection, as far as the protocol goes: what is being published, and whether it is ending.
///
/// What the channel holds and consumes is in the `MessageStore`.
struct ChannelState: Sendable {
    /// A message of which not all frames have come.
    struct Incoming: Sendable {
        let request: PublishRequest
        var header: ContentHeader?
        var body = ByteBuffer()
    }

    /// Whether the server has closed it and waits for the client's agreement; until then what comes is passed over.
    var isClosing = false
    /// The queue declared last, which an empty name means.
    var lastQueue: String?
    /// The publish whose content is awaited.
    private(set) var incoming: Incoming?
    /// The number of the publish confirmed last; `nil` without `confirm.select`.
    private var lastConfirm: UInt64?
    /// Consumers that got their tags from here.
    private var generatedTags = 0

    /// Begins to take a message's content.
    mutating func begin(_ request: PublishRequest) {
        incoming = Incoming(request: request)
    }

    /// Takes a content header.
    ///
    /// - Returns: the whole message, when it has no body.
    mutating func take(_ header: ContentHeader) throws(ProtocolError) -> (PublishRequest, Message)? {
        guard var message = incoming, message.header == nil else {
            throw ProtocolError(.unexpectedFrame, "expected a method frame, got a content header")
        }
        message.header = header
        incoming = message
        return finished()
    }

    /// Takes a part of a body.
    ///
    /// - Returns: the whole message, when that was its last part.
    mutating func take(body part: ByteBuffer) throws(ProtocolError) -> (PublishRequest, Message)? {
        guard let header = incoming?.header, let length = incoming?.body.readableBytes else {
            throw ProtocolError(.unexpectedFrame, "got a content body without its header")
        }
        guard length + part.readableBytes <= header.bodySize else {
            throw ProtocolError(.frameError, "a message's body is longer than its header said")
        }
        // Copied, so that a small message doesn't keep the whole read alive.
        incoming?.body.writeImmutableBuffer(part)
        return finished()
    }

    /// Turns publisher confirms on.
    mutating func selectConfirms() {
        lastConfirm = lastConfirm ?? 0
    }

    /// The number of the next confirm, or `nil` when the channel has none.
    mutating func nextConfirm() -> UInt64? {
        guard let last = lastConfirm else { return nil }
        lastConfirm = last + 1
        return last + 1
    }

    /// A consumer tag for a client that gave none.
    mutating func makeTag(for channel: ChannelID) -> String {
        generatedTags += 1
        return "amq.ctag-\(channel.connection)-\(channel.number)-\(generatedTags)"
    }

    /// The queue that a name means.
    func queueName(_ name: String) throws(ProtocolError) -> String {
        guard name.isEmpty else { return name }
        guard let lastQueue else { throw ProtocolError(.notFound, "no previously declared queue") }
        return lastQueue
    }

    private mutating func finished() -> (PublishRequest, Message)? {
        guard let message = incoming, let header = message.header, message.body.readableBytes == header.bodySize
        else { return nil }
        incoming = nil
        return (
            message.request,
            Message(
                exchange: message.request.exchange, routingKey: message.request.routingKey, header: header,
                body: message.body)
        )
    }
}
