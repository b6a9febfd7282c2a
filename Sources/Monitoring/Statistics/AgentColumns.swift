import Model

/// What the statistics say about a server's agent; nothing for a server whose agent is not asked.
///
/// - Source: HAProxy 2.6 management guide, section 9.1, fields `agent_status` to `agent_health`; recorded from 2.6.12.
struct AgentColumns {
    private let agent: AgentSnapshot
    private let shownStatus: CheckStatus

    /// Looks at a server's agent; `nil` while nobody asks it.
    ///
    /// - Parameter server: the server at one moment.
    init?(of server: ServerSnapshot) {
        guard let agent = server.agent else { return nil }
        self.agent = agent
        shownStatus = agent.last?.status ?? .initializing
    }

    /// The status; marked while it is being asked.
    var statusText: String { agent.isBeingAsked ? "* \(shownStatus.rawValue)" : shownStatus.rawValue }

    /// What the status means, with what else was said.
    var explanation: String {
        guard let detail = agent.last?.detail, !detail.isEmpty else { return shownStatus.explanation }
        return "\(shownStatus.explanation): \(detail)"
    }

    var status: StatisticsValue { .text(statusText) }
    var code: StatisticsValue {
        guard let last = agent.last, last.status.hasCode else { return .absent }
        return .count(last.code ?? 0)
    }
    var duration: StatisticsValue { .count(agent.last?.durationMilliseconds ?? 0) }
    var detail: StatisticsValue { .text(agent.last?.detail ?? "") }
    var description: StatisticsValue { .text(shownStatus.explanation) }
    var rise: StatisticsValue { .count(agent.position.rise) }
    var fall: StatisticsValue { .count(agent.position.fall) }
    var health: StatisticsValue { .count(agent.position.health) }
}
