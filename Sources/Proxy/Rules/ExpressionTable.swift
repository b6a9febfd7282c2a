import Configuration

/// What an instance's rules look for besides what its file says: the regular expressions, each compiled when it is first
/// needed, and what commands have changed; made and used by its worker's thread alone.
final class ExpressionTable {
    /// By the number of a test, what its sample has to be now.
    var changes: [Int: PatternMatch] = [:]

    private struct Key: Hashable {
        var pattern: String
        var ignoresCase: Bool
    }

    private var compiled: [Key: Regex<AnyRegexOutput>] = [:]

    /// Looks for an expression in a text.
    ///
    /// - Parameters:
    ///   - pattern: the expression, which the configuration's reader has found to be one.
    ///   - ignoresCase: whether small and capital letters are the same.
    ///   - text: the text.
    /// - Returns: whether it is there.
    func finds(_ pattern: String, ignoresCase: Bool, in text: String) -> Bool {
        guard let expression = expression(Key(pattern: pattern, ignoresCase: ignoresCase)) else { return false }
        do {
            return try expression.firstMatch(in: text) != nil
        } catch {
            // Only transformations of captures throw, and there are none.
            preconditionFailure("an expression without transformations has no errors: \(error)")
        }
    }

    private func expression(_ key: Key) -> Regex<AnyRegexOutput>? {
        if let known = compiled[key] { return known }
        do {
            let expression = try Regex(key.pattern).ignoresCase(key.ignoresCase)
            compiled[key] = expression
            return expression
        } catch {
            preconditionFailure("the reader has compiled '\(key.pattern)' before: \(error)")
        }
    }
}
