import Model

/// Compiles the string of `log-format` and its siblings.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.2.6, and recordings of what HAProxy 2.6.12 makes of odd strings.
struct LogTemplateReader {
    /// What a string was compiled to.
    struct Reading: Sendable {
        /// The template; of no use when `diagnostics` has an error.
        var template: LogTemplate
        /// Where the string stands.
        var word: Word
        /// The variables that need HTTP, with their places.
        var httpVariables: [(variable: LogVariable, location: SourceLocation)] = []
        /// The format, where it names something that is known once the whole file is read.
        var unresolved: UnresolvedLogFormat?
    }

    private let word: Word
    private let facts: SampleReader.Facts
    private let bytes: [UInt8]
    private var index = 0
    private var parts: [LogTemplate.Part] = []
    private var text: [UInt8] = []
    /// The flags that `%{…}o` has set for everything after it.
    private var flags: LogTemplate.Flags = []
    private var httpVariables: [(variable: LogVariable, location: SourceLocation)] = []
    private var diagnostics: [Diagnostic] = []

    /// Takes the one word of a line that is a format, and compiles it.
    ///
    /// - Parameters:
    ///   - arguments: the line, before the word; gets what is found.
    ///   - hostName: this machine's name.
    /// - Returns: the template; `nil` when it is wrong.
    /// - Throws: that there is no word, or more than one.
    static func read(_ arguments: inout Arguments, hostName: String) throws(Diagnostic) -> Reading? {
        let keyword = arguments.current.text
        let word = try arguments.word("a format in quotes", example: "\(keyword) \"%ci:%cp [%t] %ft %b/%s\"")
        guard !word.text.isEmpty else {
            throw word.error("'\(keyword)' needs a format", help: "write '\(keyword) \"%ci:%cp [%t] %ft %b/%s\"'")
        }
        try arguments.expectEnd(help: "put quotes around the whole format, or a backslash before each space")
        var facts = SampleReader.Facts(hostName: hostName, environment: arguments.environment)
        facts.learnsScopeLater = true
        let (template, diagnostics, httpVariables) = compile(word, facts)
        for diagnostic in diagnostics { arguments.add(diagnostic) }
        guard let template else { return nil }
        let isComplete = !template.needs.contains(.state)
        return Reading(
            template: template, word: word, httpVariables: httpVariables,
            unresolved: isComplete ? nil : UnresolvedLogFormat(word: word, environment: arguments.environment))
    }

    /// Compiles a format.
    ///
    /// - Parameters:
    ///   - word: the format.
    ///   - facts: what its samples may know.
    /// - Returns: the template, `nil` when it is wrong; what was found; and the variables that need HTTP.
    static func compile(
        _ word: Word, _ facts: SampleReader.Facts
    ) -> (LogTemplate?, [Diagnostic], [(variable: LogVariable, location: SourceLocation)]) {
        var reader = LogTemplateReader(word, facts: facts)
        reader.run()
        let isRight = reader.diagnostics.allSatisfy { $0.severity != .error }
        return (isRight ? LogTemplate(reader.parts) : nil, reader.diagnostics, reader.httpVariables)
    }

    private init(_ word: Word, facts: SampleReader.Facts) {
        self.word = word
        self.facts = facts
        bytes = Array(word.text.utf8)
    }

    private mutating func run() {
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: " "):
                endText()
                if parts.last != .blank { parts.append(.blank) }
                index += 1
            case UInt8(ascii: "%"):
                do {
                    try readDirective()
                } catch {
                    diagnostics.append(error)
                    // What follows belongs to the mistake, up to the next blank.
                    while index < bytes.count, bytes[index] != UInt8(ascii: " ") { index += 1 }
                }
            default:
                text.append(bytes[index])
                index += 1
            }
        }
        endText()
    }

    private mutating func endText() {
        guard !text.isEmpty else { return }
        parts.append(.text(String(decoding: text, as: UTF8.self)))
        text.removeAll(keepingCapacity: true)
    }

    /// Reads what a `%` begins: `%%`, or flags and a variable or a sample.
    private mutating func readDirective() throws(Diagnostic) {
        let start = index
        index += 1
        if peeked == UInt8(ascii: "%") {
            text.append(UInt8(ascii: "%"))
            index += 1
            return
        }
        try skipType()
        let ownFlags = try readFlags(begun: start)
        guard let next = peeked else {
            throw error(
                at: start, "the format ends within a variable", help: "write '%%' for a percent sign")
        }
        endText()
        if next == UInt8(ascii: "[") {
            var reader = SampleReader(word, bytes: bytes, index: index + 1, facts: facts)
            defer { index = max(reader.index, index) }
            parts.append(.sample(try reader.read(), ownFlags))
            return
        }
        let nameStart = index
        while let byte = peeked, Self.isNameByte(byte) { index += 1 }
        let name = String(decoding: bytes[nameStart..<index], as: UTF8.self)
        guard !name.isEmpty else {
            throw error(at: start, "no variable's name follows the '%'", help: "write '%%' for a percent sign")
        }
        if name == "o" {
            flags = ownFlags
            return
        }
        guard let variable = LogVariable(rawValue: name) else {
            throw error(at: start, "there is no variable '%\(name)'", help: Self.help(for: name))
        }
        if variable.needsHTTP { httpVariables.append((variable, word.location(at: start))) }
        parts.append(.variable(variable, ownFlags))
    }

    /// `(type)`, which changes nothing.
    private mutating func skipType() throws(Diagnostic) {
        guard peeked == UInt8(ascii: "(") else { return }
        let start = index
        while let byte = peeked, byte != UInt8(ascii: ")") { index += 1 }
        guard peeked != nil else { throw error(at: start, "this parenthesis is never closed", help: "close it with )") }
        index += 1
        diagnostics.append(
            Diagnostic(
                severity: .warning, location: word.location(at: start), message: "a type in parentheses has no effect",
                help: "remove it"))
    }

    /// `{+Q,-X}`: what is in force, changed for one variable.
    ///
    /// Between two commas the last sign and the one letter after it count, and nothing before them.
    private mutating func readFlags(begun start: Int) throws(Diagnostic) -> LogTemplate.Flags {
        guard peeked == UInt8(ascii: "{") else { return flags }
        let brace = index
        index += 1
        var result = flags
        var begun = index
        while let byte = peeked, byte != UInt8(ascii: "}") {
            if byte == UInt8(ascii: ",") {
                change(&result, by: begun..<index)
                begun = index + 1
            }
            index += 1
        }
        guard peeked != nil else { throw error(at: brace, "this brace is never closed", help: "close it with }") }
        change(&result, by: begun..<index)
        index += 1
        guard peeked != nil else {
            throw error(at: start, "flags without a variable", help: "write the variable after them, such as '%{+Q}s'")
        }
        return result
    }

    /// Sets or ends a flag, and tells what has no effect.
    private mutating func change(_ flags: inout LogTemplate.Flags, by range: Range<Int>) {
        let isSign: (UInt8) -> Bool = { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        let sign = bytes[range].lastIndex(where: isSign)
        let letters = bytes[(sign.map { $0 + 1 } ?? range.lowerBound)..<range.upperBound]
        guard let sign, letters.count == 1, let flag = letters.first.flatMap(Self.flag) else {
            if !letters.isEmpty { tellOfNoEffect(letters) }
            return
        }
        let before = bytes[range.lowerBound..<sign].drop { $0 == UInt8(ascii: " ") || isSign($0) }
        if !before.isEmpty { tellOfNoEffect(before.prefix { !isSign($0) }) }
        if bytes[sign] == UInt8(ascii: "+") { flags.insert(flag) } else { flags.remove(flag) }
    }

    private mutating func tellOfNoEffect(_ letters: ArraySlice<UInt8>) {
        diagnostics.append(
            Diagnostic(
                severity: .warning, location: word.location(at: letters.startIndex),
                message: "'\(String(decoding: letters, as: UTF8.self))' here has no effect",
                help: "write each flag after a sign and a comma between two: +Q quotes, +X is hexadecimal, +E escapes"
            ))
    }

    private static func flag(_ byte: UInt8) -> LogTemplate.Flags? {
        switch byte {
        case UInt8(ascii: "Q"): .quoted
        case UInt8(ascii: "X"): .hexadecimal
        case UInt8(ascii: "E"): .escaped
        default: nil
        }
    }

    private static func help(for name: String) -> String {
        let names = LogVariable.allCases.filter { !$0.needsHTTP }.map(\.rawValue)
        if let begun = names.filter({ name.hasPrefix($0) }).max(by: { $0.count < $1.count }) {
            return "'%\(begun)' is one, but no letter or digit may follow it; '%%' is a percent sign"
        }
        return "'%%' is a percent sign; the variables are \(names.sorted().map { "%\($0)" }.joined(separator: " "))"
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    private var peeked: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func error(at offset: Int, _ message: String, help: String) -> Diagnostic {
        Diagnostic(severity: .error, location: word.location(at: offset), message: message, help: help)
    }
}
