/// A request on an open channel, carried out on the store.
struct ChannelRequest {
    /// What the client gets.
    enum Answer: Equatable {
        case method(ServerMethod)
        case message(ServerMethod, Message)
    }

    let method: ClientMethod
    let id: MethodID
    let channelID: ChannelID

    /// Carries the request out.
    ///
    /// - Parameters:
    ///   - channel: the channel's own state.
    ///   - store: what the request is about.
    /// - Returns: the answers, in order.
    /// - Throws: `ProtocolError` for a request that is refused; it then has changed nothing.
    func carryOut(_ channel: inout ChannelState, _ store: inout MessageStore) throws(ProtocolError) -> [Answer] {
        let connection = channelID.connection
        switch method {
        case .exchangeDeclare(let declaration, let noWait):
            try store.declareExchange(declaration)
            return answer(.exchangeDeclareOk, unless: noWait)
        case .exchangeDelete(let name, let ifUnused, let noWait):
            try store.deleteExchange(name, ifUnused: ifUnused)
            return answer(.exchangeDeleteOk, unless: noWait)

        case .queueDeclare(var declaration, let noWait):
            if declaration.isPassive { declaration.name = try channel.queueName(declaration.name) }
            let counts = try store.declareQueue(declaration, connection: connection)
            channel.lastQueue = counts.name
            let reply = ServerMethod.queueDeclareOk(
                name: counts.name, messages: UInt32(clamping: counts.messages),
                consumers: UInt32(clamping: counts.consumers))
            return answer(reply, unless: noWait)
        case .queueBind(let request, let noWait):
            try store.bind(try named(request, channel), connection: connection)
            return answer(.queueBindOk, unless: noWait)
        case .queueUnbind(let request):
            try store.unbind(try named(request, channel), connection: connection)
            return [.method(.queueUnbindOk)]
        case .queuePurge(let name, let noWait):
            let count = try store.purge(try channel.queueName(name), connection: connection)
            return answer(.queuePurgeOk(messages: UInt32(clamping: count)), unless: noWait)
        case .queueDelete(let name, let ifUnused, let ifEmpty, let noWait):
            let count = try store.deleteQueue(
                try channel.queueName(name), ifUnused: ifUnused, ifEmpty: ifEmpty, connection: connection)
            return answer(.queueDeleteOk(messages: UInt32(clamping: count)), unless: noWait)

        case .basicQos(let prefetchSize, let prefetchCount, let isGlobal):
            guard prefetchSize == 0 else {
                throw ProtocolError(.notImplemented, "prefetch_size!=0 (\(prefetchSize))")
            }
            store.setPrefetch(Int(prefetchCount), isGlobal: isGlobal, channel: channelID)
            return [.method(.basicQosOk)]
        case .basicConsume(let request, let noWait):
            return try consume(request, noWait: noWait, &channel, &store)
        case .basicCancel(let tag, let noWait):
            store.cancel(tag, channel: channelID)
            return answer(.basicCancelOk(tag: tag), unless: noWait)
        case .basicCancelOk: return []
        case .basicPublish(let request):
            guard !request.isImmediate else { throw ProtocolError(.notImplemented, "immediate=true") }
            channel.begin(request)
            return []
        case .basicGet(let queue, let isWithoutAcks):
            return try get(try channel.queueName(queue), isWithoutAcks, &store)
        case .basicAck(let deliveryTag, let multiple):
            try store.settle(deliveryTag, multiple: multiple, requeue: false, channel: channelID)
            return []
        case .basicReject(let deliveryTag, let requeue):
            try store.settle(deliveryTag, multiple: false, requeue: requeue, channel: channelID)
            return []
        case .basicNack(let deliveryTag, let multiple, let requeue):
            try store.settle(deliveryTag, multiple: multiple, requeue: requeue, channel: channelID)
            return []
        case .basicRecover(let requeue, let isAnswered):
            // To give a message back to the same consumer, RabbitMQ has never learnt either.
            guard requeue else { throw ProtocolError(.notImplemented, "requeue=false") }
            store.recover(channelID)
            return isAnswered ? [.method(.basicRecoverOk)] : []

        case .confirmSelect(let noWait):
            channel.selectConfirms()
            return answer(.confirmSelectOk, unless: noWait)
        case .channelFlow(let isActive):
            guard isActive else { throw ProtocolError(.notImplemented, "active=false") }
            return [.method(.channelFlowOk(isActive: true))]
        case .channelFlowOk: return []

        case .unsupported(let method):
            throw ProtocolError(
                .notImplemented, "a stand-in does not serve method \(method.classID).\(method.methodID)")
        case .connectionStartOk, .connectionTuneOk, .connectionOpen, .connectionClose, .connectionCloseOk:
            throw ProtocolError(
                .commandInvalid, "connection method \(id.methodID) came on channel \(channelID.number)")
        case .channelOpen, .channelClose, .channelCloseOk:
            throw ProtocolError(.channelError, "channel method \(id.methodID) is not expected now")
        }
    }

    private func consume(
        _ request: ConsumeRequest, noWait: Bool, _ channel: inout ChannelState, _ store: inout MessageStore
    ) throws(ProtocolError) -> [Answer] {
        var request = request
        request.queue = try channel.queueName(request.queue)
        if request.tag.isEmpty { request.tag = channel.makeTag(for: channelID) }
        guard !store.hasConsumer(request.tag, channel: channelID) else {
            throw ProtocolError(.notAllowed, "attempt to reuse consumer tag '\(request.tag)'")
        }
        try store.consume(request, channel: channelID)
        return answer(.basicConsumeOk(tag: request.tag), unless: noWait)
    }

    private func get(
        _ queue: String, _ isWithoutAcks: Bool, _ store: inout MessageStore
    ) throws(ProtocolError) -> [Answer] {
        guard let fetched = try store.get(queue, isWithoutAcks: isWithoutAcks, channel: channelID) else {
            return [.method(.basicGetEmpty)]
        }
        let message = fetched.entry.message
        let reply = ServerMethod.basicGetOk(
            deliveryTag: fetched.deliveryTag, isRedelivered: fetched.entry.isRedelivered, exchange: message.exchange,
            routingKey: message.routingKey, messages: UInt32(clamping: fetched.remaining))
        return [.message(reply, message)]
    }

    private func named(_ request: BindingRequest, _ channel: ChannelState) throws(ProtocolError) -> BindingRequest {
        var request = request
        // Both empty means: the queue declared last, under its own name.
        let isUnnamed = request.queue.isEmpty
        request.queue = try channel.queueName(request.queue)
        if isUnnamed, request.routingKey.isEmpty { request.routingKey = request.queue }
        return request
    }

    private func answer(_ method: ServerMethod, unless noWait: Bool) -> [Answer] {
        noWait ? [] : [.method(method)]
    }
}
