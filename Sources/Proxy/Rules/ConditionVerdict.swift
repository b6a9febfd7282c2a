import AccessLog
import Configuration
import EventLoop
import Model

/// What is known of a sample at the moment.
enum SampleReading {
    /// It has this value, which may be none.
    case value(SampleValue)
    /// It has this value now, and may have another one once more has come.
    case changing(SampleValue)
    /// It may have a value once more has come.
    case pending
}

/// What a condition comes to: a rule knows neither sockets nor time, only readings of samples.
enum ConditionVerdict {
    /// What makes of a value what converters make of it.
    typealias Conversion = (SampleValue, [SampleExpression.Converter]) -> SampleValue

    case fails
    /// It takes more of what is sent to know.
    case undecided
    case holds

    /// Decides a condition.
    ///
    /// - Parameters:
    ///   - condition: the condition.
    ///   - isFinal: whether no more is waited for: what is undecided fails then.
    ///   - expressions: the regular expressions of the instance.
    ///   - converted: a value after converters.
    ///   - reading: what is known of a sample; asked for those that matter only.
    init(
        of condition: RuleCondition, isFinal: Bool, _ expressions: ExpressionTable,
        converted: Conversion = { $0.converted(by: $1) }, reading: (SampleExpression.Fetch) -> SampleReading
    ) {
        var result = ConditionVerdict.fails
        for terms in condition.alternatives {
            let verdict = Self.all(terms, isFinal, expressions, converted, reading)
            if verdict == .holds {
                result = .holds
                break
            }
            if verdict == .undecided { result = .undecided }
        }
        self = condition.isNegated ? result.opposite : result
    }

    /// All of them: the first that doesn't hold decides.
    private static func all(
        _ terms: [RuleCondition.Term], _ isFinal: Bool, _ expressions: ExpressionTable,
        _ converted: Conversion, _ reading: (SampleExpression.Fetch) -> SampleReading
    ) -> ConditionVerdict {
        for term in terms {
            let verdict = any(term.list.tests, isFinal, expressions, converted, reading)
            let result = term.isNegated ? verdict.opposite : verdict
            guard result == .holds else { return result }
        }
        return .holds
    }

    /// One of them.
    private static func any(
        _ tests: [AccessTest], _ isFinal: Bool, _ expressions: ExpressionTable,
        _ converted: Conversion, _ reading: (SampleExpression.Fetch) -> SampleReading
    ) -> ConditionVerdict {
        var result = ConditionVerdict.fails
        for test in tests {
            let value: SampleValue
            var mayChange = false
            switch reading(test.sample.fetch) {
            case .value(let known): value = known
            case .changing(let known):
                value = known
                mayChange = true
            case .pending:
                if !isFinal { result = .undecided }
                continue
            }
            let outcome = test.sample.converters.isEmpty ? value : converted(value, test.sample.converters)
            // Only commands change what is looked for, and few do.
            let match = expressions.changes.isEmpty ? test.match : expressions.changes[test.origin.number] ?? test.match
            if match.accepts(outcome, expressions) { return .holds }
            if mayChange && !isFinal { result = .undecided }
        }
        return result
    }

    private var opposite: ConditionVerdict {
        switch self {
        case .fails: .holds
        case .undecided: .undecided
        case .holds: .fails
        }
    }
}
