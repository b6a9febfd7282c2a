import AccessLog
import Configuration

extension WorkerRequest where Answer == Bool {
    /// Changes what tests of rules look for, from the next connection on.
    ///
    /// - Parameter matches: by the test's number, what its sample has to be.
    /// - Returns: the request; its answer is always true.
    public static func changePatterns(_ matches: [Int: PatternMatch]) -> Self {
        Self(isForAllThreads: true) { loop in
            loop.expressions.changes.merge(matches) { _, new in new }
            return true
        }
    }
}

extension PatternReading {
    /// Whether a text, as somebody wrote it, is what one pattern stands for.
    ///
    /// - Parameters:
    ///   - pattern: the pattern.
    ///   - text: the text.
    /// - Returns: whether it is; nothing is what no pattern stands for.
    public func finds(_ pattern: String, in text: String) -> Bool {
        guard let match = try? match(of: [pattern]) else { return false }
        return match.accepts(.text(text), ExpressionTable())
    }
}
