import NIOCore

/// A method that a stand-in sends.
enum ServerMethod: Equatable, Sendable {
    case connectionStart(properties: FieldTable)
    case connectionTune(channelMax: UInt16, frameMax: UInt32, heartbeat: UInt16)
    case connectionOpenOk
    case connectionClose(ProtocolError, cause: MethodID)
    case connectionCloseOk

    case channelOpenOk
    case channelFlowOk(isActive: Bool)
    case channelClose(ProtocolError, cause: MethodID)
    case channelCloseOk

    case exchangeDeclareOk
    case exchangeDeleteOk

    case queueDeclareOk(name: String, messages: UInt32, consumers: UInt32)
    case queueBindOk
    case queueUnbindOk
    case queuePurgeOk(messages: UInt32)
    case queueDeleteOk(messages: UInt32)

    case basicQosOk
    case basicConsumeOk(tag: String)
    case basicCancel(tag: String)
    case basicCancelOk(tag: String)
    case basicReturn(exchange: String, routingKey: String)
    case basicDeliver(tag: String, deliveryTag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String)
    case basicGetOk(deliveryTag: UInt64, isRedelivered: Bool, exchange: String, routingKey: String, messages: UInt32)
    case basicGetEmpty
    case basicAck(deliveryTag: UInt64)
    case basicNack(deliveryTag: UInt64)
    case basicRecoverOk

    case confirmSelectOk

    /// The mechanisms offered, the first preferred.
    static let mechanisms = "PLAIN"
    /// The locale offered.
    static let locale = "en_US"

    /// The method's numbers.
    var id: MethodID {
        switch self {
        case .connectionStart: .connectionStart
        case .connectionTune: .connectionTune
        case .connectionOpenOk: .connectionOpenOk
        case .connectionClose: .connectionClose
        case .connectionCloseOk: .connectionCloseOk
        case .channelOpenOk: .channelOpenOk
        case .channelFlowOk: .channelFlowOk
        case .channelClose: .channelClose
        case .channelCloseOk: .channelCloseOk
        case .exchangeDeclareOk: .exchangeDeclareOk
        case .exchangeDeleteOk: .exchangeDeleteOk
        case .queueDeclareOk: .queueDeclareOk
        case .queueBindOk: .queueBindOk
        case .queueUnbindOk: .queueUnbindOk
        case .queuePurgeOk: .queuePurgeOk
        case .queueDeleteOk: .queueDeleteOk
        case .basicQosOk: .basicQosOk
        case .basicConsumeOk: .basicConsumeOk
        case .basicCancel: .basicCancel
        case .basicCancelOk: .basicCancelOk
        case .basicReturn: .basicReturn
        case .basicDeliver: .basicDeliver
        case .basicGetOk: .basicGetOk
        case .basicGetEmpty: .basicGetEmpty
        case .basicAck: .basicAck
        case .basicNack: .basicNack
        case .basicRecoverOk: .basicRecoverOk
        case .confirmSelectOk: .confirmSelectOk
        }
    }

    /// Appends the method frame's payload.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(id.classID, id.methodID)
        switch self {
        case .connectionStart(let properties):
            buffer.writeMultipleIntegers(UInt8(0), UInt8(9))
            buffer.writeTable(properties)
            buffer.writeLongString(Self.mechanisms)
            buffer.writeLongString(Self.locale)
        case .connectionTune(let channelMax, let frameMax, let heartbeat):
            buffer.writeMultipleIntegers(channelMax, frameMax, heartbeat)
        case .connectionOpenOk: buffer.writeShortString("")
        case .connectionClose(let error, let cause), .channelClose(let error, let cause):
            buffer.writeInteger(error.code.rawValue)
            buffer.writeShortString(error.replyText)
            buffer.writeMultipleIntegers(cause.classID, cause.methodID)
        case .channelOpenOk: buffer.writeLongString("")
        case .channelFlowOk(let isActive): buffer.writeFlag(isActive)
        case .queueDeclareOk(let name, let messages, let consumers):
            buffer.writeShortString(name)
            buffer.writeMultipleIntegers(messages, consumers)
        case .queuePurgeOk(let messages), .queueDeleteOk(let messages): buffer.writeInteger(messages)
        case .basicConsumeOk(let tag), .basicCancelOk(let tag): buffer.writeShortString(tag)
        case .basicCancel(let tag):
            buffer.writeShortString(tag)
            buffer.writeFlag(true)  // No answer is wanted.
        case .basicReturn(let exchange, let routingKey):
            buffer.writeInteger(ReplyCode.noRoute.rawValue)
            buffer.writeShortString(ReplyCode.noRoute.word)
            buffer.writeShortString(exchange)
            buffer.writeShortString(routingKey)
        case .basicDeliver(let tag, let deliveryTag, let isRedelivered, let exchange, let routingKey):
            buffer.writeShortString(tag)
            buffer.writeInteger(deliveryTag)
            buffer.writeFlag(isRedelivered)
            buffer.writeShortString(exchange)
            buffer.writeShortString(routingKey)
        case .basicGetOk(let deliveryTag, let isRedelivered, let exchange, let routingKey, let messages):
            buffer.writeInteger(deliveryTag)
            buffer.writeFlag(isRedelivered)
            buffer.writeShortString(exchange)
            buffer.writeShortString(routingKey)
            buffer.writeInteger(messages)
        case .basicGetEmpty: buffer.writeShortString("")
        case .basicAck(let deliveryTag), .basicNack(let deliveryTag):
            buffer.writeInteger(deliveryTag)
            buffer.writeFlag(false)  // One message alone.
        case .connectionCloseOk, .channelCloseOk, .exchangeDeclareOk, .exchangeDeleteOk, .queueBindOk,
            .queueUnbindOk, .basicQosOk, .basicRecoverOk, .confirmSelectOk:
            break
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func writeFlag(_ flag: Bool) {
        writeInteger(UInt8(flag ? 1 : 0))
    }
}
