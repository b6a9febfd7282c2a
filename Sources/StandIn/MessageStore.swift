import NIOCore

/// Exchanges, queues and messages of a whole fleet, and which channel holds which message.
///
/// All stand-ins of a fleet share one store, as if every queue were mirrored: what one of them confirmed outlives its
/// stop. A value without sockets: it says what is to be delivered, and connections do it.
/// Topology is in `MessageStore+Topology.swift`, consumers and acks are in `MessageStore+Delivery.swift`.
struct MessageStore: Sendable {
    /// How much a store takes.
    struct Limits: Sendable {
        /// The weight of all messages together, in bytes; a publish beyond it is dropped, and not confirmed (`basic.nack`).
        var bytes = 256 << 20
        /// Queues; a declaration beyond it is refused.
        var queues = 10_000
        /// Exchanges; a declaration beyond it is refused.
        var exchanges = 10_000
        /// Bindings of one exchange; a binding beyond it is refused.
        var bindingsOfExchange = 10_000
    }

    /// What a channel holds.
    struct Holding: Sendable {
        /// A message handed out and not acknowledged.
        struct Unacked: Sendable {
            let deliveryTag: UInt64
            let queue: String
            let queueID: UInt64
            /// The consumer that got it, `nil` after `basic.get`.
            let consumer: String?
            let entry: QueuedMessage
        }

        /// In the order of their delivery tags.
        var unacked: CircularBuffer<Unacked> = []
        /// The queue of each consumer, by tag.
        var consumers: [String: String] = [:]
        /// The limit that the next consumers get; 0 is none.
        var consumerPrefetch = 0
        /// The limit that all consumers of the channel share; 0 is none.
        var channelPrefetch = 0
        private var lastDeliveryTag: UInt64 = 0

        /// Whether the shared limit lets another message through.
        var hasCredit: Bool { channelPrefetch == 0 || unacked.count < channelPrefetch }

        mutating func nextDeliveryTag() -> UInt64 {
            lastDeliveryTag += 1
            return lastDeliveryTag
        }
    }

    /// Something that a connection has to tell its client.
    enum Notice: Equatable, Sendable {
        /// A message for a consumer.
        case delivery(ChannelID, tag: String, deliveryTag: UInt64, isRedelivered: Bool, Message)
        /// The queue of a consumer is gone.
        case cancellation(ChannelID, tag: String)
    }

    /// What became of a publish.
    struct PublishOutcome: Equatable, Sendable {
        /// Whether a queue wanted the message.
        var isRouted: Bool
        /// Whether it was kept, or nobody wanted it; `false` means that the store is full.
        var isAccepted: Bool
    }

    let limits: Limits
    var exchanges: [String: Exchange] = [:]
    var queues: [String: Queue] = [:]
    var holdings: [ChannelID: Holding] = [:]
    /// Connections that can't write just now; their consumers get nothing.
    var pausedConnections: Set<UInt64> = []
    /// Queues in which a message may have met a consumer since the last look.
    var queuesToServe: Set<String> = []
    var cancellations: CircularBuffer<Notice> = []
    /// The weight of all messages, those that channels hold included.
    var bytes = 0
    var lastQueueID: UInt64 = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
        for kind in [Exchange.Kind.direct, .fanout, .topic] {
            let name = "amq.\(kind.rawValue)"
            let declaration = ExchangeDeclaration(name: name, type: kind.rawValue, isDurable: true)
            exchanges[name] = Exchange(declaration, kind: kind)
        }
    }

    /// Routes a message into queues.
    ///
    /// - Returns: what became of it.
    mutating func publish(_ message: Message) throws(ProtocolError) -> PublishOutcome {
        let names: [String]
        if message.exchange.isEmpty {
            names = queues[message.routingKey] == nil ? [] : [message.routingKey]
        } else {
            guard let exchange = exchanges[message.exchange] else {
                throw ProtocolError(.notFound, "no exchange '\(message.exchange)' in vhost '/'")
            }
            guard !exchange.isInternal else {
                throw ProtocolError(
                    .accessRefused, "cannot publish to internal exchange '\(message.exchange)' in vhost '/'")
            }
            names = exchange.queues(for: message.routingKey)
        }
        guard bytes + names.count * message.weight <= limits.bytes else {
            return PublishOutcome(isRouted: true, isAccepted: false)
        }
        for name in names {
            queues[name]?.append(message)
            queuesToServe.insert(name)
        }
        bytes += names.count * message.weight
        return PublishOutcome(isRouted: !names.isEmpty, isAccepted: true)
    }

    /// Ends a connection: its channels give back what they hold, its exclusive queues go.
    mutating func endConnection(_ connection: UInt64) {
        for channel in holdings.keys where channel.connection == connection { closeChannel(channel) }
        for queue in queues.values where queue.owner == connection { removeQueue(queue.name) }
        pausedConnections.remove(connection)
    }

    /// Says whether a connection can take deliveries; one that can't is left out until it can.
    mutating func setPaused(_ isPaused: Bool, connection: UInt64) {
        guard isPaused else {
            pausedConnections.remove(connection)
            for (channel, holding) in holdings where channel.connection == connection {
                queuesToServe.formUnion(holding.consumers.values)
            }
            return
        }
        pausedConnections.insert(connection)
    }
}
