/// The reply codes of AMQP 0-9-1 that a stand-in uses.
///
/// - Source: AMQP 0-9-1 specification, section 1.2 "Protocol constants".
enum ReplyCode: UInt16, Sendable {
    case success = 200
    case noRoute = 312
    case connectionForced = 320
    case accessRefused = 403
    case notFound = 404
    case resourceLocked = 405
    case preconditionFailed = 406
    case frameError = 501
    case syntaxError = 502
    case commandInvalid = 503
    case channelError = 504
    case unexpectedFrame = 505
    case notAllowed = 530
    case notImplemented = 540

    /// The word that RabbitMQ puts before the reply text.
    var word: String {
        switch self {
        case .success: "OK"
        case .noRoute: "NO_ROUTE"
        case .connectionForced: "CONNECTION_FORCED"
        case .accessRefused: "ACCESS_REFUSED"
        case .notFound: "NOT_FOUND"
        case .resourceLocked: "RESOURCE_LOCKED"
        case .preconditionFailed: "PRECONDITION_FAILED"
        case .frameError: "FRAME_ERROR"
        case .syntaxError: "SYNTAX_ERROR"
        case .commandInvalid: "COMMAND_INVALID"
        case .channelError: "CHANNEL_ERROR"
        case .unexpectedFrame: "UNEXPECTED_FRAME"
        case .notAllowed: "NOT_ALLOWED"
        case .notImplemented: "NOT_IMPLEMENTED"
        }
    }

    /// Whether the error ends its channel alone; every other error ends the connection.
    var endsChannelOnly: Bool {
        switch self {
        case .accessRefused, .notFound, .resourceLocked, .preconditionFailed, .success, .noRoute: true
        case .connectionForced, .frameError, .syntaxError, .commandInvalid, .channelError, .unexpectedFrame,
            .notAllowed, .notImplemented:
            false
        }
    }
}

/// A client's mistake, as it is told to the client in `channel.close` or `connection.close`.
struct ProtocolError: Error, Equatable, Sendable {
    /// The longest reply text that fits a short string.
    static let longestText = 255

    /// Which mistake.
    var code: ReplyCode
    /// What is wrong, without the code's word.
    var text: String

    init(_ code: ReplyCode, _ text: String) {
        self.code = code
        self.text = text
    }

    /// The text on the wire, such as `NOT_FOUND - no queue 'a' in vhost '/'`, cut to what a short string can carry.
    var replyText: String {
        let full = "\(code.word) - \(text)"
        guard full.utf8.count > Self.longestText else { return full }
        var end = full.utf8.index(full.utf8.startIndex, offsetBy: Self.longestText)
        while end > full.startIndex, end.samePosition(in: full) == nil { end = full.utf8.index(before: end) }
        return String(full[..<end])
    }
}
