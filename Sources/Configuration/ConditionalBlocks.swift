/// `.if`, `.elif`, `.else` and `.endif`: which lines of a file are read at all.
///
/// Knows neither words nor files: the caller says which directive stands there and what its condition is worth.
///
/// - Source: HAProxy 2.6 configuration manual, section 2.4 (conditional blocks).
struct ConditionalBlocks {
    /// Most blocks within each other, as in HAProxy.
    static let deepest = 99

    private enum Branch {
        /// Its lines are read.
        case taken
        /// Its lines are skipped, and a later branch may be taken.
        case waiting
        /// Its lines are skipped, as those of every branch that follows: one was taken, or the block itself is skipped.
        case done
    }

    private struct Block {
        var branch: Branch
        var hasElse = false
        /// Where it begins.
        let start: Word
    }

    private var blocks: [Block] = []

    /// Whether the lines that come now are read.
    var isReading: Bool { blocks.allSatisfy { $0.branch == .taken } }

    /// Whether the condition of an `.elif` matters.
    var isWaiting: Bool { blocks.last?.branch == .waiting }

    /// Where the innermost block begins that is still open.
    var open: Word? { blocks.last?.start }

    /// Begins a block.
    ///
    /// - Parameters:
    ///   - word: the directive.
    ///   - condition: its value; not looked at where the lines are skipped anyway.
    /// - Throws: that there are too many blocks within each other.
    mutating func begin(_ word: Word, condition: Bool) throws(Diagnostic) {
        guard blocks.count < Self.deepest else {
            throw word.error(
                "more than \(Self.deepest) '.if' within each other", help: "put conditions together with '&&'")
        }
        let branch: Branch = !isReading ? .done : condition ? .taken : .waiting
        blocks.append(Block(branch: branch, start: word))
    }

    /// Goes on to the branch of an `.elif` or `.else`.
    ///
    /// - Parameters:
    ///   - word: the directive.
    ///   - condition: its value; true for `.else`.
    ///   - isLast: whether it is an `.else`.
    /// - Throws: that there is no block, or that it had its `.else`.
    mutating func turn(_ word: Word, condition: Bool, isLast: Bool) throws(Diagnostic) {
        guard var block = blocks.last else { throw Self.missingStart(word) }
        guard !block.hasElse else {
            throw word.error("'\(word.text)' after the '.else' of the same '.if'", help: "put '.endif' before it")
        }
        block.hasElse = isLast
        switch block.branch {
        case .taken, .done: block.branch = .done
        case .waiting: block.branch = condition ? .taken : .waiting
        }
        blocks[blocks.count - 1] = block
    }

    /// Ends the innermost block.
    ///
    /// - Parameter word: the directive.
    /// - Throws: that there is no block.
    mutating func end(_ word: Word) throws(Diagnostic) {
        guard blocks.popLast() != nil else { throw Self.missingStart(word) }
    }

    private static func missingStart(_ word: Word) -> Diagnostic {
        word.error("'\(word.text)' without an '.if' before it", help: "remove it")
    }
}
