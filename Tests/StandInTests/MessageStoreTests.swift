import NIOCore
import Testing

@testable import StandIn

@Suite("Message store")
struct MessageStoreTests {
    private let one = ChannelID(connection: 1, number: 1)
    private let two = ChannelID(connection: 2, number: 1)

    @Test("messages come in order, to consumers in turn, within their prefetch")
    func fairDelivery() throws {
        var store = try storeWithQueue()
        store.setPrefetch(2, isGlobal: false, channel: one)
        try store.consume(ConsumeRequest(queue: "q", tag: "a"), channel: one)
        try store.consume(ConsumeRequest(queue: "q", tag: "b"), channel: two)
        for number in 0..<8 { try publish("\(number)", to: &store) }
        let deliveries = deliveries(of: &store)
        #expect(deliveries.map(\.body) == (0..<8).map(String.init))
        #expect(deliveries.map(\.tag) == ["a", "b", "a", "b", "b", "b", "b", "b"])

        try store.settle(1, multiple: false, requeue: false, channel: one)
        try publish("8", to: &store)
        #expect(self.deliveries(of: &store).map(\.tag) == ["a"])
    }

    @Test("a prefetch set for the channel is shared by its consumers")
    func sharedPrefetch() throws {
        var store = try storeWithQueue()
        store.setPrefetch(3, isGlobal: true, channel: one)
        try store.consume(ConsumeRequest(queue: "q", tag: "a"), channel: one)
        try store.consume(ConsumeRequest(queue: "q", tag: "b"), channel: one)
        for number in 0..<8 { try publish("\(number)", to: &store) }
        #expect(deliveries(of: &store).count == 3)
        try store.settle(2, multiple: true, requeue: false, channel: one)
        #expect(deliveries(of: &store).count == 2)
    }

    @Test("what an ended connection held comes back in its old place, marked as redelivered")
    func requeueAtEnd() throws {
        var store = try storeWithQueue()
        for number in 0..<6 { try publish("\(number)", to: &store) }
        store.setPrefetch(4, isGlobal: false, channel: one)
        try store.consume(ConsumeRequest(queue: "q", tag: "a"), channel: one)
        #expect(deliveries(of: &store).count == 4)
        try store.settle(2, multiple: false, requeue: false, channel: one)
        store.endConnection(1)
        try store.consume(ConsumeRequest(queue: "q", tag: "b"), channel: two)
        let deliveries = deliveries(of: &store)
        #expect(deliveries.map(\.body) == ["0", "2", "3", "4", "5"])
        #expect(deliveries.map(\.isRedelivered) == [true, true, true, false, false])
    }

    @Test("a message held when its queue was deleted doesn't come back to a new queue of that name")
    func deletedQueue() throws {
        var store = try storeWithQueue()
        try publish("old", to: &store)
        let fetched = try #require(try store.get("q", isWithoutAcks: false, channel: one))
        #expect(try store.deleteQueue("q", ifUnused: false, ifEmpty: false, connection: 1) == 0)
        _ = try store.declareQueue(QueueDeclaration(name: "q"), connection: 1)
        try store.settle(fetched.deliveryTag, multiple: false, requeue: true, channel: one)
        #expect(try store.get("q", isWithoutAcks: true, channel: one) == nil)
        #expect(store.bytes == 0)
    }

    @Test("a full store drops a publish and says so, and takes again what has been settled")
    func full() throws {
        var limits = MessageStore.Limits()
        limits.bytes = 600
        var store = MessageStore(limits: limits)
        _ = try store.declareQueue(QueueDeclaration(name: "q"), connection: 1)
        try publish("1", to: &store)
        try publish("2", to: &store)
        #expect(try store.publish(message("3")) == MessageStore.PublishOutcome(isRouted: true, isAccepted: false))
        _ = try store.get("q", isWithoutAcks: true, channel: one)
        #expect(try store.publish(message("3")).isAccepted)
    }

    @Test("a paused connection gets nothing until it goes on")
    func paused() throws {
        var store = try storeWithQueue()
        try store.consume(ConsumeRequest(queue: "q", tag: "a"), channel: one)
        store.setPaused(true, connection: 1)
        try publish("1", to: &store)
        #expect(deliveries(of: &store).isEmpty)
        store.setPaused(false, connection: 1)
        #expect(deliveries(of: &store).map(\.body) == ["1"])
    }

    @Test("exclusive queues are locked for others and end with their connection, and their consumers are told")
    func exclusive() throws {
        var store = MessageStore()
        let declaration = QueueDeclaration(name: "", isExclusive: true)
        let name = try store.declareQueue(declaration, connection: 1).name
        #expect(name.hasPrefix("amq.gen-"))
        #expect(throws: ProtocolError.self) { try store.queue(named: name, connection: 2) }
        try store.bind(BindingRequest(queue: name, exchange: "amq.fanout", routingKey: ""), connection: 1)
        try store.consume(ConsumeRequest(queue: name, tag: "a"), channel: one)
        store.endConnection(1)
        #expect(store.queues.isEmpty)
        #expect(store.exchanges["amq.fanout"]?.bindings.isEmpty == true)
    }

    @Test("an auto-delete queue goes with its last consumer, an auto-delete exchange with its last binding")
    func autoDelete() throws {
        var store = MessageStore()
        try store.declareExchange(ExchangeDeclaration(name: "e", type: "direct", isAutoDelete: true))
        _ = try store.declareQueue(QueueDeclaration(name: "q", isAutoDelete: true), connection: 1)
        try store.bind(BindingRequest(queue: "q", exchange: "e", routingKey: "k"), connection: 1)
        try store.consume(ConsumeRequest(queue: "q", tag: "a"), channel: one)
        store.cancel("a", channel: one)
        #expect(store.queues.isEmpty)
        #expect(store.exchanges["e"] == nil)
    }

    @Test("another declaration of the same name is refused with what differs")
    func inequivalent() throws {
        var store = try storeWithQueue()
        let text = "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'true' but current is 'false'"
        #expect(throws: ProtocolError(.preconditionFailed, text)) {
            try store.declareQueue(QueueDeclaration(name: "q", isDurable: true), connection: 1)
        }
        #expect(throws: ProtocolError.self) {
            try store.declareQueue(QueueDeclaration(name: "q", arguments: ["x-max-length": .int32(1)]), connection: 1)
        }
        #expect(throws: ProtocolError.self) {
            try store.declareExchange(ExchangeDeclaration(name: "amq.topic", type: "direct", isDurable: true))
        }
    }

    @Test("an unknown delivery tag is refused, and 0 with multiple settles whatever there is")
    func tags() throws {
        var store = try storeWithQueue()
        #expect(throws: ProtocolError(.preconditionFailed, "unknown delivery tag 7")) {
            try store.settle(7, multiple: false, requeue: false, channel: one)
        }
        try store.settle(0, multiple: true, requeue: false, channel: one)
        try publish("1", to: &store)
        _ = try store.get("q", isWithoutAcks: false, channel: one)
        try store.settle(0, multiple: true, requeue: false, channel: one)
        #expect(store.bytes == 0)
    }

    private func storeWithQueue() throws -> MessageStore {
        var store = MessageStore()
        _ = try store.declareQueue(QueueDeclaration(name: "q"), connection: 1)
        return store
    }

    private func message(_ text: String) -> Message {
        Message(
            exchange: "", routingKey: "q", header: ContentHeader(bodySize: text.utf8.count),
            body: ByteBuffer(string: text))
    }

    private func publish(_ text: String, to store: inout MessageStore) throws {
        let outcome = try store.publish(message(text))
        #expect(outcome == MessageStore.PublishOutcome(isRouted: true, isAccepted: true))
    }

    private struct Delivered {
        var tag: String
        var body: String
        var isRedelivered: Bool
    }

    private func deliveries(of store: inout MessageStore) -> [Delivered] {
        var all: [Delivered] = []
        while true {
            let notices = store.takeNotices()
            guard !notices.isEmpty else { return all }
            for case .delivery(_, let tag, _, let isRedelivered, let message) in notices {
                all.append(Delivered(tag: tag, body: String(buffer: message.body), isRedelivered: isRedelivered))
            }
        }
    }
}
