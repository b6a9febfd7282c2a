import Model

/// AMQP: the step that is a conversation of its own.
extension CheckConversation {
    /// The next check is due while this one waits for an alarm's end.
    ///
    /// - Returns: the verdict of that check.
    public func resumed() -> Demand {
        guard let amqp, amqp.isBlocked else { return .listen }
        return .pause(amqp.stillBlocked())
    }

    /// Whether the connection waits for an alarm's end, and no check is under way.
    public var isPaused: Bool { amqp?.isBlocked == true }

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
        case .keep(let result): return .pause(result)
        case .finish(let result, let last):
            guard !last.isEmpty else { return end(result) }
            verdict = result
            return .send(last)
        }
    }
}
