/// Reads a regular expression into its parts.
///
/// - Source: pcre2pattern(3).
struct BytePatternReader {
    /// A part of an expression.
    indirect enum Node {
        case byte(ByteSet)
        case assertion(BytePattern.Assertion)
        case sequence([Node])
        case choice([Node])
        /// So many times at least and at the most; without a bound when `nil`.
        case repetition(Node, Int, Int?)
    }

    /// The deepest groups within groups.
    static let deepestGroup = 50
    /// The most that a part may be repeated by a number.
    static let mostRepetitions = 1000

    private let bytes: [UInt8]
    private var index = 0
    private var ignoresCase: Bool
    private var depth = 0

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - text: the expression.
    ///   - ignoresCase: whether letters match in both cases.
    init(_ text: String, ignoresCase: Bool) {
        bytes = Array(text.utf8)
        self.ignoresCase = ignoresCase
    }

    /// How long the expression is, in bytes.
    var length: Int { bytes.count }

    /// Reads the whole expression.
    ///
    /// - Returns: its parts.
    /// - Throws: what is wrong with it.
    mutating func read() throws(BytePatternError) -> Node {
        if take("(?i)") { ignoresCase = true }
        let node = try readChoice()
        guard index == bytes.count else {
            throw error("this ')' closes nothing", help: "write '\\)' for the character itself")
        }
        return node
    }

    private mutating func readChoice() throws(BytePatternError) -> Node {
        var ways = [try readSequence()]
        while take("|") { ways.append(try readSequence()) }
        return ways.count == 1 ? ways[0] : .choice(ways)
    }

    private mutating func readSequence() throws(BytePatternError) -> Node {
        var parts: [Node] = []
        while let byte = peeked, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let atom = try readAtom()
            parts.append(try readQuantifiers(of: atom))
        }
        return .sequence(parts)
    }

    private mutating func readQuantifiers(of atom: Node) throws(BytePatternError) -> Node {
        var range: (Int, Int?)
        let start = index
        if take("*") {
            range = (0, nil)
        } else if take("+") {
            range = (1, nil)
        } else if take("?") {
            range = (0, 1)
        } else if let counts = try readCounts() {
            range = counts
        } else {
            return atom
        }
        if case .assertion = atom {
            throw error(at: start, "nothing stands here that could be repeated", help: "remove it")
        }
        // Whether as little or as much as can be is taken first makes no difference to whether there is a match.
        if take("?") { return .repetition(atom, range.0, range.1) }
        guard peeked != UInt8(ascii: "*"), peeked != UInt8(ascii: "+") else {
            throw error("this repeats a repetition", help: "put the part in parentheses, or remove one of them")
        }
        return .repetition(atom, range.0, range.1)
    }

    /// `{2}`, `{2,}`, `{2,3}`; braces with anything else in them stand for themselves.
    private mutating func readCounts() throws(BytePatternError) -> (Int, Int?)? {
        guard peeked == UInt8(ascii: "{"), let close = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
            return nil
        }
        let parts = bytes[(index + 1)..<close].split(
            separator: UInt8(ascii: ","), maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts.map { part in part.allSatisfy(ByteSet.digits.contains) ? Int(decoding(part)) : nil }
        guard let first = numbers[0], parts.count == 1 || parts[1].isEmpty || numbers[1] != nil else { return nil }
        let most = parts.count == 1 ? first : numbers[1]
        guard first <= Self.mostRepetitions, most ?? first <= Self.mostRepetitions, most ?? first >= first else {
            throw error(
                "a part can't be repeated this many times",
                help: "write a smaller number first; the most is \(Self.mostRepetitions)")
        }
        index = close + 1
        return (first, most)
    }

    private mutating func readAtom() throws(BytePatternError) -> Node {
        let start = index
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "."): return .byte(ByteSet([UInt8(ascii: "\n")]).inverted)
        case UInt8(ascii: "^"): return .assertion(.begin)
        case UInt8(ascii: "$"): return .assertion(.end)
        case UInt8(ascii: "["): return .byte(try readClass(opened: start))
        case UInt8(ascii: "("): return try readGroup(opened: start)
        case UInt8(ascii: "\\"): return try readEscape(begun: start)
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
            throw error(
                at: start, "nothing stands before '\(Character(UnicodeScalar(byte)))' that could be repeated",
                help: "write a backslash before it for the character itself")
        default: return .byte(literal(byte))
        }
    }

    private mutating func readGroup(opened: Int) throws(BytePatternError) -> Node {
        if peeked == UInt8(ascii: "?"), !take("?:") {
            throw error(
                at: opened, "'(?' begins something that is not supported here",
                help: "write '(?:' for a group, and '(?i)' at the expression's beginning to ignore case")
        }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepestGroup else {
            throw error(at: opened, "the groups are too deep", help: "write the expression with fewer parentheses")
        }
        let node = try readChoice()
        guard take(")") else { throw error(at: opened, "this '(' is never closed", help: "close it with )") }
        return node
    }

    private mutating func readEscape(begun: Int) throws(BytePatternError) -> Node {
        guard let byte = peeked else {
            throw error(at: begun, "the expression ends with a backslash", help: "write '\\\\' for a backslash")
        }
        switch byte {
        case UInt8(ascii: "A"): return assertion(.begin)
        case UInt8(ascii: "Z"): return assertion(.end)
        case UInt8(ascii: "z"): return assertion(.veryEnd)
        case UInt8(ascii: "b"): return assertion(.boundary(true))
        case UInt8(ascii: "B"): return assertion(.boundary(false))
        default: return .byte(try readEscapedSet(begun: begun))
        }
    }

    private mutating func assertion(_ assertion: BytePattern.Assertion) -> Node {
        index += 1
        return .assertion(assertion)
    }

    /// What a backslash makes of the next byte, in and outside of brackets.
    private mutating func readEscapedSet(begun: Int) throws(BytePatternError) -> ByteSet {
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "d"): return .digits
        case UInt8(ascii: "D"): return ByteSet.digits.inverted
        case UInt8(ascii: "w"): return .wordBytes
        case UInt8(ascii: "W"): return ByteSet.wordBytes.inverted
        case UInt8(ascii: "s"): return .blanks
        case UInt8(ascii: "S"): return ByteSet.blanks.inverted
        case UInt8(ascii: "n"): return ByteSet([0x0A])
        case UInt8(ascii: "r"): return ByteSet([0x0D])
        case UInt8(ascii: "t"): return ByteSet([0x09])
        case UInt8(ascii: "f"): return ByteSet([0x0C])
        case UInt8(ascii: "e"): return ByteSet([0x1B])
        case UInt8(ascii: "0"): return ByteSet([0])
        case UInt8(ascii: "x"):
            let digits = bytes[index...].prefix(2)
            guard digits.count == 2, let value = UInt8(decoding(digits), radix: 16) else {
                throw error(at: begun, "two hexadecimal digits follow '\\x'", help: "write such as '\\x0a'")
            }
            index += 2
            return literal(value)
        default:
            guard !ByteSet.letters.contains(byte), !ByteSet.digits.contains(byte) else {
                throw error(
                    at: begun, "'\\\(Character(UnicodeScalar(byte)))' is not supported here",
                    help: "known are \\d \\w \\s \\b \\n \\r \\t \\xHH, and a backslash before a sign")
            }
            return literal(byte)
        }
    }

    private mutating func readClass(opened: Int) throws(BytePatternError) -> ByteSet {
        var set = ByteSet()
        let isNegated = take("^")
        var isFirst = true
        while let byte = peeked, byte != UInt8(ascii: "]") || isFirst {
            isFirst = false
            if let named = try readNamedClass() {
                set.formUnion(named)
                continue
            }
            let start = index
            let low = try readClassByte()
            guard peeked == UInt8(ascii: "-"), index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "]") else {
                set.formUnion(low.set)
                continue
            }
            index += 1
            guard let first = low.single, let last = try readClassByte().single, first <= last else {
                throw error(at: start, "this range has no order", help: "write the lower end first, such as 'a-z'")
            }
            set.formUnion(ByteSet(first...last))
        }
        guard take("]") else { throw error(at: opened, "this '[' is never closed", help: "close it with ]") }
        if ignoresCase { set = set.ignoringCase }
        return isNegated ? set.inverted : set
    }

    private mutating func readClassByte() throws(BytePatternError) -> (set: ByteSet, single: UInt8?) {
        guard index < bytes.count else { throw error("this '[' is never closed", help: "close it with ]") }
        let start = index
        let byte = bytes[index]
        index += 1
        guard byte == UInt8(ascii: "\\"), index < bytes.count else { return (ByteSet([byte]), byte) }
        let set = try readEscapedSet(begun: start)
        let members = (UInt8.min...UInt8.max).filter(set.contains)
        return (set, members.count == 1 ? members[0] : nil)
    }

    /// `[:digit:]` and its siblings.
    private mutating func readNamedClass() throws(BytePatternError) -> ByteSet? {
        guard peeked == UInt8(ascii: "["), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ":") else {
            return nil
        }
        let start = index
        let classes: [(String, ByteSet)] = [
            ("[:alpha:]", .letters), ("[:digit:]", .digits), ("[:space:]", .blanks), ("[:word:]", .wordBytes),
            ("[:alnum:]", ByteSet((0...255).filter { ByteSet.letters.contains($0) || ByteSet.digits.contains($0) })),
            ("[:lower:]", ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z"))),
            ("[:upper:]", ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z"))), ("[:print:]", ByteSet(0x20...0x7E)),
            ("[:xdigit:]", ByteSet(Array("0123456789abcdefABCDEF".utf8))),
            (
                "[:punct:]",
                ByteSet((0x21...0x7E).filter { !ByteSet.letters.contains($0) && !ByteSet.digits.contains($0) })
            ),
        ]
        for (name, set) in classes where take(name) { return set }
        throw error(
            at: start, "there is no such class", help: "known are \(classes.map(\.0).joined(separator: " "))")
    }

    // MARK: Bytes

    private var peeked: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[index...].starts(with: text.utf8) else { return false }
        index += text.utf8.count
        return true
    }

    private func literal(_ byte: UInt8) -> ByteSet {
        let set = ByteSet([byte])
        return ignoresCase ? set.ignoringCase : set
    }

    private func decoding(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private func error(at offset: Int? = nil, _ message: String, help: String) -> BytePatternError {
        BytePatternError(offset: offset ?? index, message: message, help: help)
    }
}
