import Model

/// How a server's agent is asked: a program beside the server that says how it is.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2, `agent-check`, `agent-port`, `agent-addr`, `agent-inter` and
///   `agent-send`.
public struct AgentConfiguration: Sendable, Equatable {
    /// Its port.
    public var port: UInt16
    /// Its address; the server's own when `nil`.
    public var address: String?
    /// The time between two questions.
    public var interval: Duration
    /// What is said to it; nothing when empty.
    public var question: String

    /// Makes an agent.
    ///
    /// - Parameters:
    ///   - port: its port.
    ///   - address: its address; the server's own when `nil`.
    ///   - interval: the time between two questions.
    ///   - question: what is said to it.
    public init(port: UInt16, address: String? = nil, interval: Duration = .seconds(2), question: String = "") {
        self.port = port
        self.address = address
        self.interval = interval
        self.question = question
    }

    /// What is said to an agent and what is wanted of it.
    ///
    /// - Parameter question: what is said; nothing when empty.
    /// - Returns: the plan.
    public static func plan(question: String) -> CheckPlan {
        CheckPlan(
            .answers,
            [
                CheckPlan.Step(number: 0, action: .connect(CheckPlan.Connection())),
                CheckPlan.Step(number: 1, action: .send(CheckText(bytes: Array(question.utf8)))),
                CheckPlan.Step(number: 2, action: .expect(CheckExpectation(.answer(.agentLine)))),
            ])
    }
}
