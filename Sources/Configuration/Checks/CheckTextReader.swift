import Model

/// Compiles the formats and expressions of checks: a text with `%[SAMPLE,CONVERTER…]` in it.
///
/// - Source: HAProxy 2.6 configuration manual, sections 7.3 and 8.2.6; a check has no client, and so only a few of the samples.
struct CheckTextReader {
    private static let samples = "str(TEXT), int(N), var(NAME), res.payload(OFFSET,LENGTH), srv_name, be_name and date"
    private static let converters = "cut_crlf, ltrim(CHARS), rtrim(CHARS), hex, lower and upper"

    private let word: Word
    private let bytes: [UInt8]
    private var index = 0

    private init(_ word: Word) {
        self.word = word
        bytes = Array(word.text.utf8)
    }

    /// Reads the digits of bytes.
    ///
    /// - Parameter word: hexadecimal digits.
    /// - Returns: the bytes.
    /// - Throws: what is wrong with them.
    static func hexadecimal(_ word: Word) throws(Diagnostic) -> [UInt8] {
        let text = Array(word.text.utf8)
        guard text.count.isMultiple(of: 2), !text.isEmpty else {
            throw word.error(
                "half a byte is left of '\(word.text)'", help: "write two hexadecimal digits for each byte")
        }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: text.count, by: 2) {
            let digits = String(decoding: text[index..<(index + 2)], as: UTF8.self)
            guard let byte = UInt8(digits, radix: 16), digits.first != "+", digits.first != "-" else {
                throw Diagnostic(
                    severity: .error, location: word.location(at: index),
                    message: "'\(digits)' is no byte in hexadecimal digits", help: "write such as '50494e470d0a'")
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// Reads a format.
    ///
    /// - Parameters:
    ///   - word: the format.
    ///   - isHexadecimal: whether what it makes are hexadecimal digits, which stand for bytes.
    /// - Returns: the text.
    /// - Throws: what is wrong with it.
    static func read(_ word: Word, isHexadecimal: Bool = false) throws(Diagnostic) -> CheckText {
        var reader = CheckTextReader(word)
        var text = CheckText([])
        var plain: [UInt8] = []
        while let byte = reader.peeked {
            let start = reader.index
            reader.index += 1
            guard byte == UInt8(ascii: "%") else {
                plain.append(byte)
                continue
            }
            if reader.take("%") {
                plain.append(byte)
                continue
            }
            if !plain.isEmpty { text.pieces.append(.init(.bytes(plain))) }
            plain = []
            if reader.take("[") {
                text.pieces.append(try reader.readSample())
                guard reader.take("]") else { throw reader.error("a sample ends with ']'", at: start) }
            } else if reader.take("s") {
                text.pieces.append(.init(.serverName))
            } else if reader.take("b") {
                text.pieces.append(.init(.proxyName))
            } else {
                throw reader.error("there is no such variable in a check", at: start)
            }
        }
        if !plain.isEmpty { text.pieces.append(.init(.bytes(plain))) }
        guard isHexadecimal else { return text }
        return CheckText([.init(.group(text), [.binary])])
    }

    /// Reads an expression: a sample and its converters, without brackets.
    ///
    /// - Parameter word: the expression.
    /// - Returns: the text.
    /// - Throws: what is wrong with it.
    static func readSample(_ word: Word) throws(Diagnostic) -> CheckText {
        var reader = CheckTextReader(word)
        let piece = try reader.readSample()
        guard reader.peeked == nil else { throw reader.error("unexpected rest of an expression", at: reader.index) }
        return CheckText([piece])
    }

    private mutating func readSample() throws(Diagnostic) -> CheckText.Piece {
        let start = index
        let (name, arguments) = try readCall()
        let part: CheckText.Part
        switch (name, arguments.count) {
        case ("str", 1): part = .bytes(Array(arguments[0].utf8))
        case ("int", 1):
            guard let number = Int(arguments[0]) else { throw error("'\(arguments[0])' is no number", at: start) }
            part = .bytes(Array("\(number)".utf8))
        case ("var", 1): part = .variable(arguments[0])
        case ("res.payload", 2):
            guard let offset = Int(arguments[0]), let length = Int(arguments[1]), offset >= 0, length >= 0 else {
                throw error("'res.payload' takes an offset and a length", at: start)
            }
            part = .answer(offset: offset, length: length)
        case ("srv_name", 0): part = .serverName
        case ("be_name", 0): part = .proxyName
        case ("date", 0): part = .seconds
        default: throw error("there is no sample '\(name)' in a check", at: start)
        }
        var piece = CheckText.Piece(part)
        while take(",") { piece.conversions.append(try readConversion()) }
        return piece
    }

    private mutating func readConversion() throws(Diagnostic) -> CheckText.Conversion {
        let start = index
        let (name, arguments) = try readCall()
        switch (name, arguments.count) {
        case ("cut_crlf", 0): return .cutLine
        case ("ltrim", 1): return .trimStart(Array(arguments[0].utf8))
        case ("rtrim", 1): return .trimEnd(Array(arguments[0].utf8))
        case ("hex", 0): return .hexadecimal
        case ("lower", 0): return .lower
        case ("upper", 0): return .upper
        default:
            throw Diagnostic(
                severity: .error, location: word.location(at: start),
                message: "there is no converter '\(name)' in a check", help: "known are \(Self.converters)")
        }
    }

    /// A name with what stands in parentheses after it.
    private mutating func readCall() throws(Diagnostic) -> (name: String, arguments: [String]) {
        let start = index
        while let byte = peeked, byte != UInt8(ascii: "("), byte != UInt8(ascii: ","), byte != UInt8(ascii: "]") {
            index += 1
        }
        let name = String(decoding: bytes[start..<index], as: UTF8.self)
        guard take("(") else { return (name, []) }
        var arguments = [""]
        var text: [UInt8] = []
        var quote: UInt8?
        while let byte = peeked {
            index += 1
            switch (byte, quote) {
            case (UInt8(ascii: ")"), nil):
                arguments[arguments.count - 1] = String(decoding: text, as: UTF8.self)
                return (name, arguments == [""] && name != "str" ? [] : arguments)
            case (UInt8(ascii: ","), nil):
                arguments[arguments.count - 1] = String(decoding: text, as: UTF8.self)
                arguments.append("")
                text = []
            case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil): quote = byte
            case (let byte, let open?) where byte == open: quote = nil
            case (let byte, _): text.append(byte)
            }
        }
        throw error("this parenthesis is never closed", at: start)
    }

    private var peeked: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard let byte = peeked, byte == character.asciiValue else { return false }
        index += 1
        return true
    }

    private func error(_ message: String, at offset: Int) -> Diagnostic {
        Diagnostic(
            severity: .error, location: word.location(at: offset), message: message,
            help: "'%%' is a percent sign; the samples are \(Self.samples)")
    }
}
