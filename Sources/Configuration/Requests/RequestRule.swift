/// One rule about requests to a statistics address: `http-request` or `stats http-request`.
///
/// The first one whose condition holds decides.
public struct RequestRule: Sendable, Equatable {
    /// What becomes of the request.
    public enum Action: Sendable, Equatable {
        /// It goes on.
        case allow
        /// It is refused.
        case deny
        /// It needs a name and a password; `nil` leaves the question's realm to the place of the rule.
        case authenticate(realm: String?)
        /// It is answered with metrics (`use-service prometheus-exporter`).
        case serveMetrics
    }

    /// What becomes of the request.
    public var action: Action
    /// When; always when `nil`.
    public var condition: RequestCondition?

    /// Makes a rule.
    ///
    /// - Parameters:
    ///   - action: what becomes of the request.
    ///   - condition: when.
    public init(_ action: Action, if condition: RequestCondition? = nil) {
        self.action = action
        self.condition = condition
    }

    /// Whether it decides about a request.
    ///
    /// - Parameter request: the request.
    /// - Returns: whether it does.
    public func applies(to request: RequestFacts) -> Bool { condition?.holds(for: request) ?? true }
}
