/// Changes of a server as persons and agents write them.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `set weight` and `set maxconn server`, and configuration manual,
///   section 5.2, `agent-check`; the words of mistakes are recorded from 2.6.12.
extension WeightChange {
    /// Reads a weight: `10` or `50%`.
    ///
    /// - Parameter text: the word; empty when it is missing.
    /// - Throws: what is wrong with it, in HAProxy's words.
    public init(_ text: String) throws(ActRefusal) {
        guard !text.isEmpty else { throw .invalid("Require <weight> or <weight%>.\n") }
        let number = LeadingInteger(text)
        guard let value = number.value else { throw .invalid("Empty weight string empty or preceded by garbage") }
        if number.rest == "%" {
            guard value >= 0 else { throw .invalid("Relative weight must be positive.\n") }
            self = .percent(value)
            return
        }
        guard (0...Self.greatest).contains(value) else {
            throw .invalid("Absolute weight can only be between 0 and 256 inclusive.\n")
        }
        guard number.rest.isEmpty else { throw .invalid("Trailing garbage in weight string") }
        self = .absolute(value)
    }
}

extension ServerAct {
    /// Reads how many sessions a server may take.
    ///
    /// - Parameter text: the word; empty when it is missing.
    /// - Returns: the act.
    /// - Throws: what is wrong with the word, in HAProxy's words.
    public static func setSessionLimit(_ text: String) throws(ActRefusal) -> ServerAct {
        guard !text.isEmpty else { throw .invalid("Require <maxconn>.\n") }
        let number = LeadingInteger(text)
        guard let limit = number.value else { throw .invalid("maxconn string empty or preceded by garbage") }
        guard number.rest.isEmpty else { throw .invalid("Trailing garbage in maxconn string") }
        // As HAProxy counts it: without a sign.
        return .setSessionLimit(Int(UInt32(truncatingIfNeeded: limit)))
    }
}
