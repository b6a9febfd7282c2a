import Model

/// Compiles a sample with its converters, such as `src,ipmask(24)` in `%[src,ipmask(24)]`.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.
struct SampleReader {
    /// What is known where the configuration is read.
    struct Facts {
        /// This machine's name.
        var hostName: String
        /// The variables that `env` may name.
        var environment: [String: String]
        /// What names mean; `nil` where that isn't known yet, or means nothing.
        var scope: SampleScope?
        /// Whether what names mean is known later: samples that name something stand for nothing until then.
        var learnsScopeLater = false
        /// The maps that samples name; they are added to it.
        var maps = MapShelf()
    }

    /// One name with what stands in parentheses after it.
    struct Call {
        var name: String
        /// Where it begins in the word.
        var offset: Int
        var arguments: [Argument] = []
        let word: Word

        func error(_ message: String, help: String) -> Diagnostic {
            Diagnostic(severity: .error, location: word.location(at: offset), message: message, help: help)
        }

        /// That rules alone have it, and what to write in a format.
        var errorInFormat: Diagnostic {
            error(
                "'\(name)' is for rules here, and not for formats",
                help: "keep its result with 'tcp-request content set-var(txn.kept) …', and write '%[var(txn.kept)]'")
        }
    }

    /// One of the values in parentheses.
    struct Argument {
        var text: String
        /// Where it begins in the word.
        var offset: Int
    }

    private let word: Word
    private let bytes: [UInt8]
    private let facts: Facts
    /// The next byte.
    private(set) var index: Int

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - word: the word that the sample stands in.
    ///   - bytes: the word's text.
    ///   - index: where the sample begins, after the bracket.
    ///   - facts: what is known.
    init(_ word: Word, bytes: [UInt8], index: Int, facts: Facts) {
        self.word = word
        self.bytes = bytes
        self.index = index
        self.facts = facts
    }

    /// Reads up to the closing bracket, and over it.
    ///
    /// - Returns: the expression.
    /// - Throws: what is wrong with it.
    mutating func read() throws(Diagnostic) -> SampleExpression {
        let expression = try readExpression(example: "%[src]")
        guard peeked == UInt8(ascii: "]") else {
            let found = peeked.map { "'\(Character(UnicodeScalar($0)))' in a sample" } ?? "a sample is never closed"
            throw error(at: min(index, bytes.count), found, help: "a sample ends with ']', as in '%[src,ipmask(24)]'")
        }
        index += 1
        return expression
    }

    /// Reads a word that is a sample and nothing else, as rules have it.
    ///
    /// - Parameters:
    ///   - word: the word.
    ///   - facts: what is known.
    /// - Returns: the expression.
    /// - Throws: what is wrong with it.
    static func read(_ word: Word, facts: Facts) throws(Diagnostic) -> SampleExpression {
        var reader = SampleReader(word, bytes: Array(word.text.utf8), index: 0, facts: facts)
        let expression = try reader.readExpression(example: "src,ipmask(24)")
        guard reader.peeked == nil else {
            throw reader.error(
                at: reader.index, "unexpected '\(word.text.suffix(reader.bytes.count - reader.index))' in a sample",
                help: "write one such as 'src,ipmask(24)'")
        }
        return expression
    }

    private mutating func readExpression(example: String) throws(Diagnostic) -> SampleExpression {
        let start = index
        let first = try readCall()
        guard !first.name.isEmpty else {
            throw error(at: start, "no sample's name stands here", help: "write one such as '\(example)'")
        }
        var expression = SampleExpression(try SampleTable.fetch(first, facts))
        while peeked == UInt8(ascii: ",") {
            index += 1
            let call = try readCall()
            let converter = try SampleTable.converter(call, facts)
            if let input = converter.input, !expression.kind.canBe(input) {
                throw call.error(
                    "'\(call.name)' takes \(input.phrase), and what stands before it is \(expression.kind.phrase)",
                    help: "put another converter before it, such as 'hex' or 'length', or remove it")
            }
            expression.converters.append(converter)
        }
        return expression
    }

    private mutating func readCall() throws(Diagnostic) -> Call {
        let start = index
        while let byte = peeked, Self.isNameByte(byte) { index += 1 }
        var call = Call(name: String(decoding: bytes[start..<index], as: UTF8.self), offset: start, word: word)
        guard peeked == UInt8(ascii: "(") else { return call }
        let parenthesis = index
        repeat {
            index += 1
            call.arguments.append(try readArgument(opened: parenthesis))
        } while peeked == UInt8(ascii: ",")
        index += 1
        // `str()` has one argument, an empty one, and `date()` has none.
        if call.arguments.count == 1, call.arguments[0].text.isEmpty, call.name != "str" { call.arguments = [] }
        return call
    }

    /// Reads up to a comma or the closing parenthesis; quotes and backslashes protect.
    private mutating func readArgument(opened: Int) throws(Diagnostic) -> Argument {
        let start = index
        var text: [UInt8] = []
        var quote: UInt8?
        while let byte = peeked {
            switch (byte, quote) {
            case (UInt8(ascii: ","), nil), (UInt8(ascii: ")"), nil):
                return Argument(text: String(decoding: text, as: UTF8.self), offset: start)
            case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil): quote = byte
            case (let byte, let open?) where byte == open: quote = nil
            case (UInt8(ascii: "\\"), let open) where open != UInt8(ascii: "'") && index + 1 < bytes.count:
                index += 1
                text.append(bytes[index])
            case (let byte, _): text.append(byte)
            }
            index += 1
        }
        throw error(at: opened, "this parenthesis is never closed", help: "close it with )")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private var peeked: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func error(at offset: Int, _ message: String, help: String) -> Diagnostic {
        Diagnostic(severity: .error, location: word.location(at: offset), message: message, help: help)
    }
}

extension SampleReader.Call {
    /// Demands a number of arguments.
    ///
    /// - Parameters:
    ///   - count: how many there may be.
    ///   - example: how it is written.
    /// - Throws: that there are more or fewer.
    func expect(_ count: ClosedRange<Int>, example: String) throws(Diagnostic) {
        guard count.contains(arguments.count) else {
            throw error(
                "'\(name)' has \(arguments.count) \(arguments.count == 1 ? "value" : "values") in parentheses",
                help: "write '\(example)'")
        }
    }

    /// An argument as a whole number.
    ///
    /// - Parameters:
    ///   - position: which argument, from 0.
    ///   - range: what it may be.
    ///   - example: how it is written.
    /// - Returns: the number.
    /// - Throws: that it is none or out of range.
    func integer(
        _ position: Int, in range: ClosedRange<Int64> = Int64.min...Int64.max, example: String
    ) throws(Diagnostic) -> Int64 {
        let argument = arguments[position]
        guard let value = Int64(argument.text), range.contains(value) else {
            throw Diagnostic(
                severity: .error, location: word.location(at: argument.offset),
                message: "'\(argument.text)' is no number that '\(name)' takes", help: "write '\(example)'")
        }
        return value
    }
}
