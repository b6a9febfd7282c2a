import Model

/// AMQP: the step that is a conversation of its own.
extension CheckConversation {
    /// The next check is due while this one waits for an alarm's end.
    ///
    /// - Returns: the verdict of that check, or that the server has to say something first.
    public mutating func resumed() -> Demand {
        guard var conversation = amqp, conversation.isPaused else { return .listen }
        let result = conversation.resumed()
        amqp = conversation
        return result.map { .pause(told($0)) } ?? .listen
    }

    /// For how long a silence tells nothing after `resumed()`, in milliseconds.
    public static let longestSilenceMilliseconds = Int64(AMQPConversation.longestHeartbeat) * 1000

    /// Whether the connection waits for an alarm's end, and no check is under way.
    public var isPaused: Bool { amqp?.isPaused == true }

    /// What the broker says of itself; `nil` before it has, and where none is spoken to.
    public var broker: BrokerIntroduction? { amqp?.broker }

    mutating func beginAMQP(_ check: AMQPCheck) -> Demand {
        let conversation = AMQPConversation(check)
        amqp = conversation
        return .send(conversation.opening)
    }

    mutating func heardAMQP(_ bytes: some Collection<UInt8>) -> Demand {
        guard var conversation = amqp else { return .listen }
        let move = conversation.receive(bytes)
        amqp = conversation
        switch move {
        case .wait: return .listen
        case .send(let answer): return .send(answer)
        case .keep(let result): return .pause(told(result))
        case .finish(let result, let last):
            guard !last.isEmpty else { return end(result) }
            verdict = result
            return .send(last)
        }
    }
}
