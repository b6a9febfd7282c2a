import NIOCore

/// What a client declares of a queue.
struct QueueDeclaration: Equatable, Sendable {
    var name: String
    var isPassive = false
    var isDurable = false
    var isExclusive = false
    var isAutoDelete = false
    var arguments: FieldTable = [:]
}

/// What a client declares of an exchange.
struct ExchangeDeclaration: Equatable, Sendable {
    var name: String
    var type: String
    var isPassive = false
    var isDurable = false
    var isAutoDelete = false
    var isInternal = false
    var arguments: FieldTable = [:]
}

/// A queue's binding to an exchange, as a client names it.
struct BindingRequest: Equatable, Sendable {
    var queue: String
    var exchange: String
    var routingKey: String
    var arguments: FieldTable = [:]
}

/// A client's wish to consume.
struct ConsumeRequest: Equatable, Sendable {
    var queue: String
    var tag: String
    var isWithoutAcks = false
    var isExclusive = false
}

/// Where a client publishes to.
struct PublishRequest: Equatable, Sendable {
    var exchange: String
    var routingKey: String
    var isMandatory = false
    var isImmediate = false
}

/// A method that a client sends.
enum ClientMethod: Equatable, Sendable {
    case connectionStartOk(properties: FieldTable, mechanism: String, response: ByteBuffer)
    case connectionTuneOk(channelMax: UInt16, frameMax: UInt32, heartbeat: UInt16)
    case connectionOpen(virtualHost: String)
    case connectionClose
    case connectionCloseOk

    case channelOpen
    case channelFlow(isActive: Bool)
    case channelFlowOk
    case channelClose
    case channelCloseOk

    case exchangeDeclare(ExchangeDeclaration, noWait: Bool)
    case exchangeDelete(name: String, ifUnused: Bool, noWait: Bool)

    case queueDeclare(QueueDeclaration, noWait: Bool)
    case queueBind(BindingRequest, noWait: Bool)
    case queueUnbind(BindingRequest)
    case queuePurge(name: String, noWait: Bool)
    case queueDelete(name: String, ifUnused: Bool, ifEmpty: Bool, noWait: Bool)

    case basicQos(prefetchSize: UInt32, prefetchCount: UInt16, isGlobal: Bool)
    case basicConsume(ConsumeRequest, noWait: Bool)
    case basicCancel(tag: String, noWait: Bool)
    case basicCancelOk(tag: String)
    case basicPublish(PublishRequest)
    case basicGet(queue: String, isWithoutAcks: Bool)
    case basicAck(deliveryTag: UInt64, multiple: Bool)
    case basicReject(deliveryTag: UInt64, requeue: Bool)
    case basicNack(deliveryTag: UInt64, multiple: Bool, requeue: Bool)
    case basicRecover(requeue: Bool, isAnswered: Bool)

    case confirmSelect(noWait: Bool)

    /// A method that exists, or may exist, and that a stand-in doesn't serve: `tx`, `headers` bindings and others.
    case unsupported(MethodID)
}

extension ClientMethod {
    /// Reads a method frame's payload.
    ///
    /// - Parameter payload: class, method and arguments.
    /// - Returns: the method with its numbers, which an error's close names.
    /// - Throws: `ProtocolError` when the payload ends too early or holds what can't be read.
    static func read(_ payload: ByteBuffer) throws(ProtocolError) -> (id: MethodID, method: ClientMethod) {
        var reader = WireReader(payload)
        let id = MethodID(try reader.integer(), try reader.integer())
        return (id, try read(id, &reader))
    }

    private static func read(_ id: MethodID, _ reader: inout WireReader) throws(ProtocolError) -> ClientMethod {
        switch id.classID {
        case 10: try readConnection(id, &reader)
        case 20: try readChannel(id, &reader)
        case 40: try readExchange(id, &reader)
        case 50: try readQueue(id, &reader)
        case 60: try readBasic(id, &reader)
        case 85 where id == .confirmSelect: .confirmSelect(noWait: try reader.bits()[0])
        default: .unsupported(id)
        }
    }

    private static func readConnection(
        _ id: MethodID, _ reader: inout WireReader
    ) throws(ProtocolError) -> ClientMethod {
        switch id {
        case .connectionStartOk:
            let properties = try reader.table()
            let mechanism = try reader.shortString()
            let response = try reader.longString()
            _ = try reader.shortString()  // The locale: a stand-in offers one alone.
            return .connectionStartOk(properties: properties, mechanism: mechanism, response: response)
        case .connectionTuneOk:
            return .connectionTuneOk(
                channelMax: try reader.integer(), frameMax: try reader.integer(), heartbeat: try reader.integer())
        case .connectionOpen: return .connectionOpen(virtualHost: try reader.shortString())
        case .connectionClose: return .connectionClose
        case .connectionCloseOk: return .connectionCloseOk
        default: return .unsupported(id)
        }
    }

    private static func readChannel(_ id: MethodID, _ reader: inout WireReader) throws(ProtocolError) -> ClientMethod {
        switch id {
        case .channelOpen: .channelOpen
        case .channelFlow: .channelFlow(isActive: try reader.bits()[0])
        case .channelFlowOk: .channelFlowOk
        case .channelClose: .channelClose
        case .channelCloseOk: .channelCloseOk
        default: .unsupported(id)
        }
    }

    private static func readExchange(
        _ id: MethodID, _ reader: inout WireReader
    ) throws(ProtocolError) -> ClientMethod {
        switch id {
        case .exchangeDeclare:
            try skipTicket(&reader)
            let name = try reader.shortString()
            let type = try reader.shortString()
            let flags = try reader.bits()
            let declaration = ExchangeDeclaration(
                name: name, type: type, isPassive: flags[0], isDurable: flags[1], isAutoDelete: flags[2],
                isInternal: flags[3], arguments: try reader.table())
            return .exchangeDeclare(declaration, noWait: flags[4])
        case .exchangeDelete:
            try skipTicket(&reader)
            let name = try reader.shortString()
            let flags = try reader.bits()
            return .exchangeDelete(name: name, ifUnused: flags[0], noWait: flags[1])
        default: return .unsupported(id)
        }
    }

    private static func readQueue(_ id: MethodID, _ reader: inout WireReader) throws(ProtocolError) -> ClientMethod {
        switch id {
        case .queueDeclare:
            try skipTicket(&reader)
            let name = try reader.shortString()
            let flags = try reader.bits()
            let declaration = QueueDeclaration(
                name: name, isPassive: flags[0], isDurable: flags[1], isExclusive: flags[2], isAutoDelete: flags[3],
                arguments: try reader.table())
            return .queueDeclare(declaration, noWait: flags[4])
        case .queueBind:
            try skipTicket(&reader)
            var binding = try binding(&reader)
            let flags = try reader.bits()
            binding.arguments = try reader.table()
            return .queueBind(binding, noWait: flags[0])
        case .queueUnbind:
            try skipTicket(&reader)
            var binding = try binding(&reader)
            binding.arguments = try reader.table()
            return .queueUnbind(binding)
        case .queuePurge:
            try skipTicket(&reader)
            return .queuePurge(name: try reader.shortString(), noWait: try reader.bits()[0])
        case .queueDelete:
            try skipTicket(&reader)
            let name = try reader.shortString()
            let flags = try reader.bits()
            return .queueDelete(name: name, ifUnused: flags[0], ifEmpty: flags[1], noWait: flags[2])
        default: return .unsupported(id)
        }
    }

    private static func readBasic(_ id: MethodID, _ reader: inout WireReader) throws(ProtocolError) -> ClientMethod {
        switch id {
        case .basicQos:
            return .basicQos(
                prefetchSize: try reader.integer(), prefetchCount: try reader.integer(),
                isGlobal: try reader.bits()[0])
        case .basicConsume:
            try skipTicket(&reader)
            let queue = try reader.shortString()
            let tag = try reader.shortString()
            let flags = try reader.bits()
            _ = try reader.table()
            // Flag 0 is no-local, which RabbitMQ does not obey either.
            let request = ConsumeRequest(queue: queue, tag: tag, isWithoutAcks: flags[1], isExclusive: flags[2])
            return .basicConsume(request, noWait: flags[3])
        case .basicCancel: return .basicCancel(tag: try reader.shortString(), noWait: try reader.bits()[0])
        case .basicCancelOk: return .basicCancelOk(tag: try reader.shortString())
        case .basicPublish:
            try skipTicket(&reader)
            let exchange = try reader.shortString()
            let routingKey = try reader.shortString()
            let flags = try reader.bits()
            return .basicPublish(
                PublishRequest(
                    exchange: exchange, routingKey: routingKey, isMandatory: flags[0], isImmediate: flags[1]))
        case .basicGet:
            try skipTicket(&reader)
            return .basicGet(queue: try reader.shortString(), isWithoutAcks: try reader.bits()[0])
        case .basicAck: return .basicAck(deliveryTag: try reader.integer(), multiple: try reader.bits()[0])
        case .basicReject: return .basicReject(deliveryTag: try reader.integer(), requeue: try reader.bits()[0])
        case .basicNack:
            let tag: UInt64 = try reader.integer()
            let flags = try reader.bits()
            return .basicNack(deliveryTag: tag, multiple: flags[0], requeue: flags[1])
        case .basicRecoverAsync: return .basicRecover(requeue: try reader.bits()[0], isAnswered: false)
        case .basicRecover: return .basicRecover(requeue: try reader.bits()[0], isAnswered: true)
        default: return .unsupported(id)
        }
    }

    private static func binding(_ reader: inout WireReader) throws(ProtocolError) -> BindingRequest {
        BindingRequest(
            queue: try reader.shortString(), exchange: try reader.shortString(), routingKey: try reader.shortString())
    }

    /// Many methods begin with an access ticket, which AMQP 0-9-1 no longer uses.
    private static func skipTicket(_ reader: inout WireReader) throws(ProtocolError) {
        _ = try reader.integer(UInt16.self)
    }
}
