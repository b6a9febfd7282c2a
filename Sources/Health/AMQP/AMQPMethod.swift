/// The methods that a check speaks of, by class and number.
///
/// - Source: AMQP 0-9-1 specification, XML; `connection.blocked` from RabbitMQ's "Blocked Connection Notifications".
enum AMQPMethod: UInt32, Hashable {
    case start = 0x000A_000A
    case startOk = 0x000A_000B
    case tune = 0x000A_001E
    case tuneOk = 0x000A_001F
    case open = 0x000A_0028
    case openOk = 0x000A_0029
    case close = 0x000A_0032
    case closeOk = 0x000A_0033
    case blocked = 0x000A_003C
    case unblocked = 0x000A_003D
    case channelOpen = 0x0014_000A
    case channelOpenOk = 0x0014_000B
    case channelClose = 0x0014_0028
    case channelCloseOk = 0x0014_0029
    case publish = 0x003C_0028

    /// Its name in the specification.
    var name: String {
        switch self {
        case .start: "connection.start"
        case .startOk: "connection.start-ok"
        case .tune: "connection.tune"
        case .tuneOk: "connection.tune-ok"
        case .open: "connection.open"
        case .openOk: "connection.open-ok"
        case .close: "connection.close"
        case .closeOk: "connection.close-ok"
        case .blocked: "connection.blocked"
        case .unblocked: "connection.unblocked"
        case .channelOpen: "channel.open"
        case .channelOpenOk: "channel.open-ok"
        case .channelClose: "channel.close"
        case .channelCloseOk: "channel.close-ok"
        case .publish: "basic.publish"
        }
    }

    /// Its frame.
    ///
    /// - Parameters:
    ///   - channel: which channel it is for.
    ///   - arguments: writes what follows the method's numbers.
    /// - Returns: the bytes to send.
    func frame(on channel: UInt16 = 0, _ arguments: (inout AMQPWriter) -> Void = { _ in }) -> [UInt8] {
        var writer = AMQPWriter()
        writer.number(rawValue)
        arguments(&writer)
        return AMQPFrame(type: AMQPFrame.methodType, channel: channel, payload: writer.bytes).bytes
    }
}
