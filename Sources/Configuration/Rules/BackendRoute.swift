/// Where the sessions of one address go, as far as its `use_backend` lines say it.
///
/// What a condition about the port alone decides is decided here, so that no session has to ask for its port.
struct BackendRoute {
    /// The lines that take a session to decide, in their order.
    var rules: [BackendRule] = []
    /// The backend of the line that counts where none of them does; `nil` for the proxy's own.
    var backend: Int?

    /// Goes through the lines.
    ///
    /// - Parameters:
    ///   - bind: the address.
    ///   - choices: the lines in their order.
    ///   - rules: the proxy's other rules.
    init(at bind: BindConfiguration, _ choices: [(condition: RuleCondition?, backend: Int)], after rules: RuleSet) {
        let isPortKnown = !rules.changesDestination
        for choice in choices {
            // Without a condition it is what the proxy does with all that is left.
            guard let condition = choice.condition else { return }
            switch isPortKnown ? bind.outlook(of: condition) : .open(condition) {
            case .never: continue
            case .open(let rest): self.rules.append(BackendRule(condition: rest, backend: choice.backend))
            case .always:
                backend = choice.backend
                return
            }
        }
    }
}

extension BindConfiguration {
    /// What the address alone decides of a condition.
    ///
    /// - Parameter condition: the condition.
    /// - Returns: everything is open where clients may have connected to another port than the address's own.
    func outlook(of condition: RuleCondition) -> RuleCondition.Outlook {
        if case .descriptor = address { return .open(condition) }
        if acceptsProxyHeader || isTransparent { return .open(condition) }
        return condition.outlook(destinationPort: address.port)
    }
}
