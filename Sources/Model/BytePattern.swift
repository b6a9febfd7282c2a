/// A regular expression on bytes, compiled.
///
/// It says whether a text matches, in a time that grows with the text and the expression alone: all ways through the
/// expression are followed at once, none is tried again. What a server sends can therefore never keep a worker busy, as it
/// could with expressions that try one way after the other. Written as in PCRE, which HAProxy uses, but for what such a
/// machine cannot do: look around, and refer back to what a group matched.
///
/// - Source: pcre2pattern(3); the machine is Thompson's (Regular Expression Search Algorithm, 1968).
public struct BytePattern: Sendable, Hashable {
    /// How the expression was written.
    public let text: String
    let program: [Instruction]

    /// One step through the expression.
    enum Instruction: Sendable, Hashable {
        /// One byte of these, then the next instruction.
        case byte(ByteSet)
        /// Both ways are followed.
        case fork(Int, Int)
        /// On with another instruction.
        case jump(Int)
        /// A condition on the place in the text, then the next instruction.
        case assert(Assertion)
        /// The expression has matched.
        case match
    }

    /// A condition on a place in the text.
    enum Assertion: Sendable, Hashable {
        /// `^` and `\A`: the text's beginning.
        case begin
        /// `$` and `\Z`: its end, or just before a line feed that ends it.
        case end
        /// `\z`: its end.
        case veryEnd
        /// `\b`: a word begins or ends; `\B`, with false: none does.
        case boundary(Bool)
    }

    /// Compiles an expression.
    ///
    /// - Parameters:
    ///   - text: the expression.
    ///   - ignoresCase: whether letters match in both cases.
    /// - Throws: `BytePatternError` with the place of what is wrong.
    public init(_ text: String, ignoresCase: Bool = false) throws(BytePatternError) {
        var reader = BytePatternReader(text, ignoresCase: ignoresCase)
        let node = try reader.read()
        self.text = text
        program = try BytePatternCompiler.compile(node, length: reader.length)
    }

    /// Whether the expression matches anywhere in a text.
    ///
    /// - Parameter bytes: the text.
    /// - Returns: whether it does.
    public func matches(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        var now = States(count: program.count)
        var next = States(count: program.count)
        var before: UInt8?
        var rest = bytes.makeIterator()
        var after = rest.next()
        var left = bytes.count
        while true {
            let place = Place(before: before, after: after, left: left)
            // A match may begin at every place.
            if follow(0, into: &now, at: place) { return true }
            guard let byte = after else { return false }
            after = rest.next()
            left -= 1
            let following = Place(before: byte, after: after, left: left)
            for state in now.members {
                guard case .byte(let set) = program[state], set.contains(byte) else { continue }
                if follow(state + 1, into: &next, at: following) { return true }
            }
            swap(&now, &next)
            next.removeAll()
            before = byte
        }
    }

    /// Where in the text the machine is.
    private struct Place {
        var before: UInt8?
        var after: UInt8?
        var left: Int

        func fulfils(_ assertion: Assertion) -> Bool {
            switch assertion {
            case .begin: before == nil
            case .end: left == 0 || (left == 1 && after == UInt8(ascii: "\n"))
            case .veryEnd: left == 0
            case .boundary(let isOne): (isWord(before) != isWord(after)) == isOne
            }
        }

        private func isWord(_ byte: UInt8?) -> Bool { byte.map(ByteSet.wordBytes.contains) ?? false }
    }

    /// The instructions that the machine is at, each once.
    private struct States {
        var members: [Int] = []
        private var isMember: [Bool]

        init(count: Int) { isMember = Array(repeating: false, count: count) }

        mutating func insert(_ state: Int) -> Bool {
            guard !isMember[state] else { return false }
            isMember[state] = true
            members.append(state)
            return true
        }

        mutating func removeAll() {
            for state in members { isMember[state] = false }
            members.removeAll(keepingCapacity: true)
        }
    }

    /// Goes on to every instruction that takes no byte to get to; true when one of them is the match.
    private func follow(_ first: Int, into states: inout States, at place: Place) -> Bool {
        var waiting = [first]
        while let state = waiting.popLast() {
            guard states.insert(state) else { continue }
            switch program[state] {
            case .byte: continue
            case .fork(let one, let other):
                waiting.append(other)
                waiting.append(one)
            case .jump(let target): waiting.append(target)
            case .assert(let assertion): if place.fulfils(assertion) { waiting.append(state + 1) }
            case .match: return true
            }
        }
        return false
    }
}

/// What is wrong with a regular expression.
public struct BytePatternError: Error, Sendable, Hashable {
    /// Where, in bytes from the expression's beginning.
    public var offset: Int
    /// What is wrong.
    public var message: String
    /// What to write instead.
    public var help: String
}
