import NIOCore

/// A channel among all channels of all stand-ins of a fleet.
struct ChannelID: Hashable, Sendable {
    /// The connection's number, never used twice.
    var connection: UInt64
    /// The channel's number on it.
    var number: UInt16
}

/// Somebody who wants a queue's messages.
struct Consumer: Equatable, Sendable {
    let channel: ChannelID
    let tag: String
    let isWithoutAcks: Bool
    let isExclusive: Bool
    /// How many messages it may hold without an ack; 0 is any number.
    let prefetch: Int
    /// How many it holds.
    var unacked = 0

    /// Whether its own limit lets another message through.
    var hasCredit: Bool { isWithoutAcks || prefetch == 0 || unacked < prefetch }
}

/// A queue: messages in order, and who wants them.
struct Queue: Sendable {
    /// Never used twice, so that a message that comes back can't reach a later queue of the same name.
    let id: UInt64
    let name: String
    let isDurable: Bool
    let isAutoDelete: Bool
    let arguments: FieldTable
    /// The connection whose queue it is alone, and with which it ends.
    let owner: UInt64?
    /// Messages that nobody holds, oldest first.
    private(set) var ready: CircularBuffer<QueuedMessage> = []
    /// Consumers; the one whose turn is next comes first.
    var consumers: [Consumer] = []
    private var nextPosition: UInt64 = 0

    init(id: UInt64, _ declaration: QueueDeclaration, connection: UInt64) {
        self.id = id
        name = declaration.name
        isDurable = declaration.isDurable
        isAutoDelete = declaration.isAutoDelete
        arguments = declaration.arguments
        owner = declaration.isExclusive ? connection : nil
    }

    /// Puts a new message at the end.
    mutating func append(_ message: Message) {
        ready.append(QueuedMessage(position: nextPosition, isRedelivered: false, message: message))
        nextPosition += 1
    }

    /// Takes the oldest message.
    mutating func popFirst() -> QueuedMessage? {
        ready.popFirst()
    }

    /// Puts a message back where it was, marked as handed out before.
    mutating func putBack(_ message: QueuedMessage) {
        var message = message
        message.isRedelivered = true
        let index = ready.firstIndex { $0.position > message.position } ?? ready.endIndex
        ready.insert(message, at: index)
    }

    /// Empties the queue of what nobody holds.
    ///
    /// - Returns: what was in it.
    mutating func purge() -> CircularBuffer<QueuedMessage> {
        defer { ready.removeAll() }
        return ready
    }

    /// The next consumer that may get a message, in turn; its turn then goes to the end.
    ///
    /// - Parameter condition: whether a consumer's channel and connection can take one now.
    /// - Returns: its index.
    mutating func nextConsumer(where condition: (Consumer) -> Bool) -> Int? {
        guard let index = consumers.firstIndex(where: { $0.hasCredit && condition($0) }) else { return nil }
        consumers.append(consumers.remove(at: index))
        return consumers.count - 1
    }
}
