/// Handing messages out and taking them back.
extension MessageStore {
    /// A message fetched with `basic.get`.
    struct Fetched: Equatable, Sendable {
        var deliveryTag: UInt64
        var entry: QueuedMessage
        /// How many are left.
        var remaining: Int
    }

    /// How much is handed out between two looks at which connections can still write.
    static let largestBatch = 64

    /// Takes the next things that connections have to tell their clients.
    ///
    /// - Returns: at most `largestBatch` notices; none when there is nothing to do.
    mutating func takeNotices() -> [Notice] {
        var notices: [Notice] = []
        while notices.count < Self.largestBatch, let cancellation = cancellations.popFirst() {
            notices.append(cancellation)
        }
        while notices.count < Self.largestBatch, let name = queuesToServe.first {
            guard let delivery = deliverNext(of: name) else {
                queuesToServe.remove(name)
                continue
            }
            notices.append(delivery)
        }
        return notices
    }

    /// Fetches one message.
    mutating func get(
        _ name: String, isWithoutAcks: Bool, channel: ChannelID
    ) throws(ProtocolError) -> Fetched? {
        _ = try queue(named: name, connection: channel.connection)
        guard var queue = queues.removeValue(forKey: name) else { return nil }
        defer { queues[name] = queue }
        guard let entry = queue.popFirst() else { return nil }
        let tag = hand(entry, of: queue, to: channel, consumer: nil, isWithoutAcks: isWithoutAcks)
        return Fetched(deliveryTag: tag, entry: entry, remaining: queue.ready.count)
    }

    /// Adds a consumer; the caller has made its tag and checked that it is new on the channel.
    mutating func consume(_ request: ConsumeRequest, channel: ChannelID) throws(ProtocolError) {
        let queue = try queue(named: request.queue, connection: channel.connection)
        let isTaken =
            queue.consumers.contains(where: \.isExclusive) || (request.isExclusive && !queue.consumers.isEmpty)
        guard !isTaken else {
            throw ProtocolError(.accessRefused, "queue '\(request.queue)' in vhost '/' in exclusive use")
        }
        let consumer = Consumer(
            channel: channel, tag: request.tag, isWithoutAcks: request.isWithoutAcks, isExclusive: request.isExclusive,
            prefetch: holdings[channel]?.consumerPrefetch ?? 0)
        queues[request.queue]?.consumers.append(consumer)
        holdings[channel, default: Holding()].consumers[request.tag] = request.queue
        queuesToServe.insert(request.queue)
    }

    /// Whether the channel has a consumer of this tag.
    func hasConsumer(_ tag: String, channel: ChannelID) -> Bool {
        holdings[channel]?.consumers[tag] != nil
    }

    /// Takes a consumer away; what it holds stays with its channel.
    ///
    /// An auto-delete queue goes with its last consumer.
    mutating func cancel(_ tag: String, channel: ChannelID) {
        guard let name = holdings[channel]?.consumers.removeValue(forKey: tag) else { return }
        queues[name]?.consumers.removeAll { $0.channel == channel && $0.tag == tag }
        if let queue = queues[name], queue.isAutoDelete, queue.consumers.isEmpty { removeQueue(name) }
    }

    /// Sets how many messages may be out without an ack.
    ///
    /// - Parameters:
    ///   - prefetch: the number; 0 is any.
    ///   - isGlobal: whether all consumers of the channel share it; otherwise each later consumer has its own.
    ///   - channel: whose.
    mutating func setPrefetch(_ prefetch: Int, isGlobal: Bool, channel: ChannelID) {
        if isGlobal {
            holdings[channel, default: Holding()].channelPrefetch = prefetch
            serveQueues(of: channel)
        } else {
            holdings[channel, default: Holding()].consumerPrefetch = prefetch
        }
    }

    /// Settles messages that a channel holds.
    ///
    /// - Parameters:
    ///   - deliveryTag: which; with `multiple`, all up to it, and 0 is all there are.
    ///   - multiple: whether earlier ones are meant too.
    ///   - requeue: whether they go back into their queues; otherwise they are done with.
    ///   - channel: whose.
    /// - Throws: `ProtocolError` for a tag that the channel doesn't hold.
    mutating func settle(
        _ deliveryTag: UInt64, multiple: Bool, requeue: Bool, channel: ChannelID
    ) throws(ProtocolError) {
        let unacked = holdings[channel]?.unacked ?? []
        let settled: [Holding.Unacked]
        if multiple {
            let upTo = deliveryTag == 0 ? unacked.last?.deliveryTag ?? 0 : deliveryTag
            settled = Array(unacked.prefix { $0.deliveryTag <= upTo })
            guard deliveryTag == 0 || !settled.isEmpty else { throw Self.unknown(deliveryTag) }
            holdings[channel]?.unacked.removeFirst(settled.count)
        } else {
            guard let index = unacked.firstIndex(where: { $0.deliveryTag == deliveryTag }) else {
                throw Self.unknown(deliveryTag)
            }
            settled = [unacked[index]]
            holdings[channel]?.unacked.remove(at: index)
        }
        // The latest first: each then goes to its queue's very front, without a search.
        for message in settled.reversed() { release(message, from: channel, requeue: requeue) }
        serveQueues(of: channel)
    }

    /// Puts everything that a channel holds back into its queues.
    mutating func recover(_ channel: ChannelID) {
        guard let unacked = holdings[channel]?.unacked else { return }
        holdings[channel]?.unacked = []
        for message in unacked.reversed() { release(message, from: channel, requeue: true) }
        serveQueues(of: channel)
    }

    /// Ends a channel: its consumers go, what it holds goes back.
    mutating func closeChannel(_ channel: ChannelID) {
        guard let holding = holdings[channel] else { return }
        for message in holding.unacked.reversed() { release(message, from: channel, requeue: true) }
        for tag in holding.consumers.keys { cancel(tag, channel: channel) }
        holdings[channel] = nil
    }

    private mutating func deliverNext(of name: String) -> Notice? {
        // Taken out while it changes, so that its buffers are changed in place and not copied.
        guard var queue = queues.removeValue(forKey: name) else { return nil }
        defer { queues[name] = queue }
        guard !queue.ready.isEmpty else { return nil }
        let index = queue.nextConsumer { consumer in
            !pausedConnections.contains(consumer.channel.connection)
                && (consumer.isWithoutAcks || holdings[consumer.channel]?.hasCredit ?? true)
        }
        guard let index, let entry = queue.popFirst() else { return nil }
        let consumer = queue.consumers[index]
        if !consumer.isWithoutAcks { queue.consumers[index].unacked += 1 }
        let deliveryTag = hand(
            entry, of: queue, to: consumer.channel, consumer: consumer.tag, isWithoutAcks: consumer.isWithoutAcks)
        return .delivery(
            consumer.channel, tag: consumer.tag, deliveryTag: deliveryTag, isRedelivered: entry.isRedelivered,
            entry.message)
    }

    private mutating func hand(
        _ entry: QueuedMessage, of queue: Queue, to channel: ChannelID, consumer: String?, isWithoutAcks: Bool
    ) -> UInt64 {
        let deliveryTag = holdings[channel, default: Holding()].nextDeliveryTag()
        guard !isWithoutAcks else {
            bytes -= entry.message.weight
            return deliveryTag
        }
        holdings[channel]?.unacked.append(
            Holding.Unacked(
                deliveryTag: deliveryTag, queue: queue.name, queueID: queue.id, consumer: consumer, entry: entry))
        return deliveryTag
    }

    private mutating func release(_ message: Holding.Unacked, from channel: ChannelID, requeue: Bool) {
        guard var queue = queues.removeValue(forKey: message.queue) else {
            bytes -= message.entry.message.weight
            return
        }
        defer { queues[message.queue] = queue }
        guard queue.id == message.queueID else {
            bytes -= message.entry.message.weight
            return
        }
        let consumer = queue.consumers.firstIndex { $0.channel == channel && $0.tag == message.consumer }
        if let consumer { queue.consumers[consumer].unacked -= 1 }
        if requeue {
            queue.putBack(message.entry)
            queuesToServe.insert(message.queue)
        } else {
            bytes -= message.entry.message.weight
        }
    }

    private mutating func serveQueues(of channel: ChannelID) {
        guard let consumers = holdings[channel]?.consumers else { return }
        queuesToServe.formUnion(consumers.values)
    }

    private static func unknown(_ deliveryTag: UInt64) -> ProtocolError {
        ProtocolError(.preconditionFailed, "unknown delivery tag \(deliveryTag)")
    }
}
