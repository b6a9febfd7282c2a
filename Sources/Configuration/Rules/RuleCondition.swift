import Model

/// What stands after `if` or `unless`, compiled: nothing left to look up or to interpret.
///
/// One of the alternatives has to hold, and of it every term.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.2 (using ACLs to form conditions).
public struct RuleCondition: Sendable, Hashable {
    /// One access list, or its opposite.
    public struct Term: Sendable, Hashable {
        /// The access list: one of its tests has to hold.
        public var list: AccessList
        /// Whether it holds where the list doesn't (`!`).
        public var isNegated: Bool
    }

    /// The terms between two `||`; each alternative has one at least.
    public var alternatives: [[Term]]
    /// Whether it is the opposite that counts (`unless`).
    public var isNegated: Bool

    /// What is known of a condition before any session.
    public enum Outlook: Sendable, Hashable {
        case always, never
        /// It takes a session to know; what is left of the condition.
        case open(RuleCondition)
    }

    /// Decides what the port alone decides that clients connect to.
    ///
    /// - Parameter port: the port of the address; `nil` on a socket without ports.
    /// - Returns: what is left to be decided for each session.
    public func outlook(destinationPort port: UInt16?) -> Outlook {
        var rest: [[Term]] = []
        for terms in alternatives {
            var open: [Term] = []
            var isImpossible = false
            for term in terms {
                switch term.list.outlook(destinationPort: port) {
                case .some(let holds): if holds == term.isNegated { isImpossible = true }
                case nil: open.append(term)
                }
            }
            if isImpossible { continue }
            if open.isEmpty { return isNegated ? .never : .always }
            rest.append(open)
        }
        if rest.isEmpty { return isNegated ? .always : .never }
        return .open(RuleCondition(alternatives: rest, isNegated: isNegated))
    }

    /// Whether it asks for what one side has sent.
    public var readsContent: Bool { alternatives.joined().contains { $0.list.tests.contains(where: \.readsContent) } }
}

/// An `acl`: all lines of one name, of which one has to hold.
public struct AccessList: Sendable, Hashable {
    /// The tests in the file's order.
    public var tests: [AccessTest]

    /// Whether it holds, where the port alone says so that clients connect to; `nil` where it takes more.
    fileprivate func outlook(destinationPort port: UInt16?) -> Bool? {
        var isOpen = false
        for test in tests {
            switch test.outlook(destinationPort: port) {
            case .some(true): return true
            case .some(false): continue
            case nil: isOpen = true
            }
        }
        return isOpen ? nil : false
    }
}

/// One line of an `acl`, or what stands in braces: a sample, and the values that it may have.
public struct AccessTest: Sendable, Hashable {
    /// What is looked at.
    public var sample: SampleExpression
    /// What it has to be.
    public var match: PatternMatch
    /// Where that comes from.
    public var origin = PatternOrigin()

    /// Whether it asks for what one side has sent.
    public var readsContent: Bool {
        switch sample.fetch {
        case .content, .answer: true
        default: false
        }
    }

    fileprivate func outlook(destinationPort port: UInt16?) -> Bool? {
        guard sample.converters.isEmpty else { return nil }
        switch (sample.fetch, match) {
        case (.destinationPort, .integers(let ranges)):
            return port.map { port in ranges.contains { $0.contains(Int64(port)) } } ?? false
        case (.constant(.boolean(let isTrue)), .truth): return isTrue
        default: return nil
        }
    }
}
