/// Declaring, binding and deleting; the reply texts are RabbitMQ 3.10's.
extension MessageStore {
    /// A queue's counts, as a declaration is answered.
    struct QueueCounts: Equatable, Sendable {
        var name: String
        var messages: Int
        var consumers: Int
    }

    private static let reservedPrefix = "amq."

    /// Makes a queue, or checks that it is as declared.
    ///
    /// - Parameters:
    ///   - declaration: what the client wants; without a name it gets one.
    ///   - connection: the client's connection.
    /// - Returns: its name and what is in it.
    /// - Throws: `ProtocolError` when there is none, another's, or one that differs.
    mutating func declareQueue(
        _ declaration: QueueDeclaration, connection: UInt64
    ) throws(ProtocolError) -> QueueCounts {
        if declaration.isPassive || queues[declaration.name] != nil {
            let queue = try queue(named: declaration.name, connection: connection)
            if !declaration.isPassive { try check(queue, against: declaration, connection: connection) }
            return QueueCounts(name: queue.name, messages: queue.ready.count, consumers: queue.consumers.count)
        }
        guard !declaration.name.hasPrefix(Self.reservedPrefix) else {
            throw ProtocolError(
                .accessRefused, "queue name '\(declaration.name)' contains reserved prefix 'amq.*'")
        }
        guard queues.count < limits.queues else {
            throw ProtocolError(.preconditionFailed, "queue limit of \(limits.queues) is reached")
        }
        lastQueueID += 1
        var declaration = declaration
        if declaration.name.isEmpty { declaration.name = "\(Self.reservedPrefix)gen-\(lastQueueID)" }
        queues[declaration.name] = Queue(id: lastQueueID, declaration, connection: connection)
        return QueueCounts(name: declaration.name, messages: 0, consumers: 0)
    }

    /// Deletes a queue with what is in it.
    ///
    /// - Returns: how many messages nobody held; 0 for a queue that doesn't exist.
    mutating func deleteQueue(
        _ name: String, ifUnused: Bool, ifEmpty: Bool, connection: UInt64
    ) throws(ProtocolError) -> Int {
        guard queues[name] != nil else { return 0 }
        let queue = try queue(named: name, connection: connection)
        guard !ifUnused || queue.consumers.isEmpty else {
            throw ProtocolError(.preconditionFailed, "queue '\(name)' in vhost '/' in use")
        }
        guard !ifEmpty || queue.ready.isEmpty else {
            throw ProtocolError(.preconditionFailed, "queue '\(name)' in vhost '/' is not empty")
        }
        removeQueue(name)
        return queue.ready.count
    }

    /// Empties a queue of what nobody holds.
    ///
    /// - Returns: how many messages that were.
    mutating func purge(_ name: String, connection: UInt64) throws(ProtocolError) -> Int {
        _ = try queue(named: name, connection: connection)
        guard let purged = queues[name]?.purge() else { return 0 }
        for entry in purged { bytes -= entry.message.weight }
        return purged.count
    }

    /// Makes an exchange, or checks that it is as declared.
    mutating func declareExchange(_ declaration: ExchangeDeclaration) throws(ProtocolError) {
        guard !declaration.name.isEmpty else {
            throw ProtocolError(.accessRefused, "operation not permitted on the default exchange")
        }
        if declaration.isPassive || exchanges[declaration.name] != nil {
            let exchange = try exchange(named: declaration.name)
            if !declaration.isPassive { try check(exchange, against: declaration) }
            return
        }
        guard let kind = Exchange.Kind(rawValue: declaration.type) else {
            throw ProtocolError(.commandInvalid, "unknown exchange type '\(declaration.type)'")
        }
        guard !declaration.name.hasPrefix(Self.reservedPrefix) else {
            throw ProtocolError(
                .accessRefused, "exchange name '\(declaration.name)' contains reserved prefix 'amq.*'")
        }
        guard exchanges.count < limits.exchanges else {
            throw ProtocolError(.preconditionFailed, "exchange limit of \(limits.exchanges) is reached")
        }
        exchanges[declaration.name] = Exchange(declaration, kind: kind)
    }

    /// Deletes an exchange with its bindings; one that doesn't exist is no error.
    mutating func deleteExchange(_ name: String, ifUnused: Bool) throws(ProtocolError) {
        guard !name.isEmpty else {
            throw ProtocolError(.accessRefused, "operation not permitted on the default exchange")
        }
        guard !name.hasPrefix(Self.reservedPrefix) else {
            throw ProtocolError(.accessRefused, "exchange name '\(name)' contains reserved prefix 'amq.*'")
        }
        guard let exchange = exchanges[name] else { return }
        guard !ifUnused || exchange.bindings.isEmpty else {
            throw ProtocolError(.preconditionFailed, "exchange '\(name)' in vhost '/' in use")
        }
        exchanges[name] = nil
    }

    /// Binds a queue to an exchange; a binding that is there already is no error.
    mutating func bind(_ request: BindingRequest, connection: UInt64) throws(ProtocolError) {
        try checkEnds(of: request, connection: connection)
        let count = exchanges[request.exchange]?.bindings.count ?? 0
        guard count < limits.bindingsOfExchange else {
            throw ProtocolError(.preconditionFailed, "binding limit of \(limits.bindingsOfExchange) is reached")
        }
        _ = exchanges[request.exchange]?.bind(Self.binding(request))
    }

    /// Takes a binding away; one that isn't there is no error.
    mutating func unbind(_ request: BindingRequest, connection: UInt64) throws(ProtocolError) {
        try checkEnds(of: request, connection: connection)
        let binding = Self.binding(request)
        unbind(from: request.exchange) { $0 == binding }
    }

    /// A queue that exists and that this connection may use.
    func queue(named name: String, connection: UInt64) throws(ProtocolError) -> Queue {
        guard let queue = queues[name] else {
            throw ProtocolError(.notFound, "no queue '\(name)' in vhost '/'")
        }
        guard queue.owner == nil || queue.owner == connection else {
            throw ProtocolError(
                .resourceLocked, "cannot obtain exclusive access to locked queue '\(name)' in vhost '/'")
        }
        return queue
    }

    /// Takes a queue away with its messages, bindings and consumers, who are told.
    mutating func removeQueue(_ name: String) {
        guard let queue = queues.removeValue(forKey: name) else { return }
        for entry in queue.ready { bytes -= entry.message.weight }
        for consumer in queue.consumers {
            holdings[consumer.channel]?.consumers[consumer.tag] = nil
            cancellations.append(.cancellation(consumer.channel, tag: consumer.tag))
        }
        for exchange in exchanges.values where exchange.bindings.contains(where: { $0.queue == name }) {
            unbind(from: exchange.name) { $0.queue == name }
        }
    }

    private mutating func unbind(from exchange: String, where condition: (Exchange.Binding) -> Bool) {
        guard let removed = exchanges[exchange]?.unbind(where: condition), removed > 0 else { return }
        // An auto-delete exchange goes with its last binding.
        if let rest = exchanges[exchange], rest.isAutoDelete, rest.bindings.isEmpty { exchanges[exchange] = nil }
    }

    private func checkEnds(of request: BindingRequest, connection: UInt64) throws(ProtocolError) {
        guard !request.exchange.isEmpty else {
            throw ProtocolError(.accessRefused, "operation not permitted on the default exchange")
        }
        _ = try queue(named: request.queue, connection: connection)
        _ = try exchange(named: request.exchange)
    }

    private func exchange(named name: String) throws(ProtocolError) -> Exchange {
        guard let exchange = exchanges[name] else {
            throw ProtocolError(.notFound, "no exchange '\(name)' in vhost '/'")
        }
        return exchange
    }

    private static func binding(_ request: BindingRequest) -> Exchange.Binding {
        Exchange.Binding(queue: request.queue, routingKey: request.routingKey, arguments: request.arguments)
    }

    private func check(
        _ queue: Queue, against declaration: QueueDeclaration, connection: UInt64
    ) throws(ProtocolError) {
        let subject = "queue '\(queue.name)' in vhost '/'"
        try compare("durable", of: subject, declaration.isDurable, queue.isDurable)
        try compare("exclusive", of: subject, declaration.isExclusive, queue.owner != nil)
        try compare("auto_delete", of: subject, declaration.isAutoDelete, queue.isAutoDelete)
        try compare(declaration.arguments, queue.arguments, of: subject)
    }

    private func check(_ exchange: Exchange, against declaration: ExchangeDeclaration) throws(ProtocolError) {
        let subject = "exchange '\(exchange.name)' in vhost '/'"
        guard declaration.type == exchange.kind.rawValue else {
            throw ProtocolError(
                .preconditionFailed,
                "inequivalent arg 'type' for \(subject): received '\(declaration.type)' but current is "
                    + "'\(exchange.kind.rawValue)'")
        }
        try compare("durable", of: subject, declaration.isDurable, exchange.isDurable)
        try compare("auto_delete", of: subject, declaration.isAutoDelete, exchange.isAutoDelete)
        try compare("internal", of: subject, declaration.isInternal, exchange.isInternal)
        try compare(declaration.arguments, exchange.arguments, of: subject)
    }

    private func compare(
        _ name: String, of subject: String, _ received: Bool, _ current: Bool
    ) throws(ProtocolError) {
        guard received == current else {
            throw ProtocolError(
                .preconditionFailed,
                "inequivalent arg '\(name)' for \(subject): received '\(received)' but current is '\(current)'")
        }
    }

    /// Arguments are not obeyed, only compared: who relies on them learns at once that two declarations differ.
    private func compare(_ received: FieldTable, _ current: FieldTable, of subject: String) throws(ProtocolError) {
        let names = Set(received.values.keys).union(current.values.keys).sorted()
        for name in names where received.values[name] != current.values[name] {
            throw ProtocolError(.preconditionFailed, "inequivalent arg '\(name)' for \(subject)")
        }
    }
}
