/// Cuts a line into words as HAProxy does: blanks separate, quotes and backslashes protect, `#` begins a comment,
/// `$NAME` and `${NAME}` are replaced within double quotes.
///
/// Works on bytes, because `\xNN` writes bytes; a word must be UTF-8 in the end.
///
/// - Source: HAProxy 2.6 configuration manual, sections 2.2 (quoting and escaping) and 2.3 (environment variables); what
///   it doesn't say (unknown escapes, unfinished names) as HAProxy 2.6.12 does it.
struct Lexer {
    /// Most words of a line, as in HAProxy; a longer line is an error.
    static let maximumWords = 64

    private enum Quote {
        case none
        case single(opened: Int)
        case double(opened: Int)

        var isDouble: Bool {
            if case .double = self { true } else { false }
        }
    }

    private let bytes: ArraySlice<UInt8>
    private let file: String
    private let number: Int
    private let section: String
    private let environment: [String: String]

    private var index: Int
    private var quote = Quote.none
    private var words: [Word] = []
    private var word: [UInt8] = []
    /// For each byte of `word`, where it comes from in the line.
    private var origins: [Int] = []
    /// Where the word that is being read began; `nil` between words.
    private var wordStart: Int?
    private var hasBareVariable = false
    private var hasForeignBytes = false
    private var columns: ColumnCounter

    /// Cuts one line.
    ///
    /// - Parameters:
    ///   - line: the line.
    ///   - file: the file it stands in.
    ///   - section: the name of the section it stands in (the value of `$.SECTION`).
    ///   - environment: the variables.
    /// - Returns: its words; `nil` when there are none.
    /// - Throws: what is wrong with its quotes, escapes or variables.
    static func words(
        of line: SourceText.RawLine, file: String, section: String, environment: [String: String]
    ) throws(Diagnostic) -> SourceLine? {
        var lexer = Lexer(line: line, file: file, section: section, environment: environment)
        return try lexer.run()
    }

    private init(line: SourceText.RawLine, file: String, section: String, environment: [String: String]) {
        bytes = line.bytes
        number = line.number
        index = line.bytes.startIndex
        columns = ColumnCounter(bytes: line.bytes)
        self.file = file
        self.section = section
        self.environment = environment
    }

    private mutating func run() throws(Diagnostic) -> SourceLine? {
        scan: while index < bytes.endIndex {
            let byte = bytes[index]
            switch (byte, quote) {
            case (UInt8(ascii: "#"), .none):
                break scan
            case (UInt8(ascii: "\""), .none):
                open(.double(opened: index))
            case (UInt8(ascii: "'"), .none):
                open(.single(opened: index))
            case (UInt8(ascii: "\""), .double), (UInt8(ascii: "'"), .single):
                quote = .none
                index += 1
            case (UInt8(ascii: "\\"), .none), (UInt8(ascii: "\\"), .double):
                try readEscape()
            case (UInt8(ascii: "$"), .double):
                try readVariable()
            case (UInt8(ascii: " "), .none), (UInt8(ascii: "\t"), .none), (0x0B, .none), (0x0C, .none):
                try endWord()
                index += 1
            case (0x00...0x08, _), (0x0A...0x1F, _), (0x7F, _):
                throw error(at: index, "control character 0x\(hexadecimal(byte)) in the line", help: "remove it")
            default:
                if byte == UInt8(ascii: "$"), case .none = quote, beginsVariable(at: index + 1) {
                    hasBareVariable = true
                }
                append(byte)
            }
        }
        switch quote {
        case .none: break
        case .single(let opened): throw error(at: opened, "this quote is never closed", help: "close it with '")
        case .double(let opened): throw error(at: opened, "this quote is never closed", help: "close it with \"")
        }
        let end = index
        try endWord()
        return words.isEmpty ? nil : SourceLine(words: words, end: location(of: lastWordEnd(before: end)))
    }

    /// The place after the last word: blanks before a comment or the line's end don't count.
    private func lastWordEnd(before end: Int) -> Int {
        var end = end
        while end > bytes.startIndex, bytes[end - 1] == UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\t") {
            end -= 1
        }
        return end
    }

    private mutating func open(_ opened: Quote) {
        wordStart = wordStart ?? index
        quote = opened
        index += 1
    }

    private mutating func append(_ byte: UInt8) {
        wordStart = wordStart ?? index
        keep(byte, from: index)
        index += 1
    }

    private mutating func keep(_ byte: UInt8, from origin: Int) {
        word.append(byte)
        origins.append(origin)
    }

    private mutating func endWord() throws(Diagnostic) {
        guard let start = wordStart else { return }
        // HAProxy takes any byte; what is not UTF-8 is shown as a replacement character.
        let text = String(decoding: word, as: UTF8.self)
        if String(validating: word, as: UTF8.self) == nil { hasForeignBytes = true }
        guard words.count < Self.maximumWords else {
            throw error(at: start, "more than \(Self.maximumWords) words in a line", help: "shorten the line")
        }
        words.append(
            Word(
                text: text, location: location(of: start), hasBareVariable: hasBareVariable,
                hasForeignBytes: hasForeignBytes, columns: columnsOfBytes(from: start)))
        word.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
        hasBareVariable = false
        hasForeignBytes = false
        wordStart = nil
    }

    /// For a word with quotes, escapes or variables, how far each byte stands from the word's beginning in the file, in
    /// characters; empty for one that stands there as it is meant.
    private func columnsOfBytes(from start: Int) -> [Int] {
        guard origins.last.map({ $0 - start != origins.count - 1 }) ?? false else { return [] }
        var columns: [Int] = []
        columns.reserveCapacity(origins.count)
        var (place, column) = (start, 0)
        for origin in origins {
            while place < origin {
                place += 1
                if place < bytes.endIndex, bytes[place] & 0xC0 != 0x80 { column += 1 }
            }
            columns.append(column)
        }
        return columns
    }

    // MARK: Escapes

    private mutating func readEscape() throws(Diagnostic) {
        let start = index
        wordStart = wordStart ?? start
        index += 1
        guard index < bytes.endIndex else {
            keep(UInt8(ascii: "\\"), from: start)
            return
        }
        let escaped = bytes[index]
        switch escaped {
        case UInt8(ascii: "n"): keep(0x0A, from: start)
        case UInt8(ascii: "r"): keep(0x0D, from: start)
        case UInt8(ascii: "t"): keep(0x09, from: start)
        case UInt8(ascii: "x"):
            guard index + 2 < bytes.endIndex, let high = hexadecimalDigit(bytes[index + 1]),
                let low = hexadecimalDigit(bytes[index + 2])
            else {
                throw error(at: start, "'\\x' without two hexadecimal digits", help: "write '\\x20' or '\\\\x'")
            }
            keep(high << 4 | low, from: start)
            index += 2
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "#"), UInt8(ascii: "\\"), UInt8(ascii: "'"),
            UInt8(ascii: "\""):
            keep(escaped, from: start)
        case UInt8(ascii: "$") where quote.isDouble:
            keep(escaped, from: start)
        default:
            // Any other character keeps its backslash, and is looked at again for its own sake.
            keep(UInt8(ascii: "\\"), from: start)
            return
        }
        index += 1
    }

    // MARK: Variables

    private mutating func readVariable() throws(Diagnostic) {
        let dollar = index
        index += 1
        let isBraced = index < bytes.endIndex && bytes[index] == UInt8(ascii: "{")
        if isBraced { index += 1 }
        let nameStart = index
        if index < bytes.endIndex, bytes[index] == UInt8(ascii: ".") { index += 1 }
        guard index < bytes.endIndex, isNameByte(bytes[index]), !isDigit(bytes[index]) else {
            throw error(
                at: nameStart, "a variable's name begins with a letter or '_'",
                help: "write '\\$' for a dollar sign, or the name of a variable after it")
        }
        while index < bytes.endIndex, isNameByte(bytes[index]) { index += 1 }
        let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
        var fallback: ArraySlice<UInt8> = []
        var isList = false
        if isBraced {
            if bytes[index...].starts(with: "[*]".utf8) {
                isList = true
                index += 3
            }
            if index < bytes.endIndex, bytes[index] == UInt8(ascii: "-") {
                let start = index + 1
                while index < bytes.endIndex, bytes[index] != UInt8(ascii: "}") { index += 1 }
                fallback = bytes[min(start, index)..<index]
            }
            guard index < bytes.endIndex, bytes[index] == UInt8(ascii: "}") else {
                throw error(
                    at: dollar,
                    "the brace after '$' is never closed, or the name '\(name)' is followed by something else",
                    help: "write ${\(name)} or ${\(name)-default}")
            }
            index += 1
        }
        let value = value(of: name).map { Array($0.utf8) } ?? Array(fallback)
        if isList {
            try appendList(value, from: dollar)
        } else {
            for byte in value { keep(byte, from: dollar) }
        }
    }

    /// `${NAME[*]}`: each word of the value becomes a word of the line.
    private mutating func appendList(_ value: [UInt8], from dollar: Int) throws(Diagnostic) {
        let start = wordStart ?? index
        let parts = value.split(separator: UInt8(ascii: " "))
        for (position, part) in parts.enumerated() {
            if position > 0 {
                try endWord()
                wordStart = start
            }
            for byte in part { keep(byte, from: dollar) }
        }
    }

    /// Whether `NAME` or `{NAME` stands at a place.
    private func beginsVariable(at index: Int) -> Bool {
        guard index < bytes.endIndex else { return false }
        let start = bytes[index] == UInt8(ascii: "{") ? index + 1 : index
        return start < bytes.endIndex && isNameByte(bytes[start]) && !isDigit(bytes[start])
    }

    private func value(of name: String) -> String? {
        switch name {
        case ".FILE": file
        case ".LINE": String(number)
        case ".SECTION": section
        default: environment[name]
        }
    }

    // MARK: Places

    private mutating func location(of index: Int) -> SourceLocation {
        SourceLocation(file: file, line: number, column: columns.column(of: index))
    }

    private mutating func error(at index: Int, _ message: String, help: String) -> Diagnostic {
        Diagnostic(severity: .error, location: location(of: index), message: message, help: help)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }

    private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}

/// Turns places in a line's bytes into columns in characters, without counting from the start each time.
private struct ColumnCounter {
    let bytes: ArraySlice<UInt8>
    private var knownIndex: Int
    private var knownColumn = 1

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        knownIndex = bytes.startIndex
    }

    /// The column of a byte, from 1.
    mutating func column(of index: Int) -> Int {
        if index < knownIndex {
            knownIndex = bytes.startIndex
            knownColumn = 1
        }
        knownColumn += String(decoding: bytes[knownIndex..<index], as: UTF8.self).count
        knownIndex = index
        return knownColumn
    }
}
