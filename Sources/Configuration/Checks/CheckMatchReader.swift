import Model

/// Reads what a check's step looks for: a keyword and its pattern.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `tcp-check expect` and `http-check expect`.
enum CheckMatchReader {
    private static let bytesKeywords = ["binary", "binary-lf", "custom", "rbinary", "rstring", "string", "string-lf"]
    private static let httpKeywords = ["fhdr", "hdr", "rstatus", "rstring", "status", "string", "string-lf"]

    /// Reads a pattern.
    ///
    /// - Parameters:
    ///   - keyword: the keyword before it.
    ///   - arguments: the line after the keyword.
    ///   - isHTTP: whether it is about HTTP.
    /// - Returns: what is looked for.
    /// - Throws: what is wrong.
    static func read(
        _ keyword: Word, _ arguments: inout Arguments, isHTTP: Bool
    ) throws(Diagnostic) -> CheckExpectation.Match {
        let known = isHTTP ? httpKeywords : bytesKeywords
        guard known.contains(keyword.text) else {
            throw keyword.error(
                "'\(keyword.text)' is nothing that can be expected", help: "known are \(known.joined(separator: ", "))")
        }
        if keyword.text == "hdr" || keyword.text == "fhdr" {
            return .header(try readHeader(&arguments, isWhole: keyword.text == "fhdr"))
        }
        if keyword.text == "custom" { return .answer(.anything) }
        let word = try arguments.word("a pattern", example: "expect \(keyword.text) PATTERN")
        guard !word.text.isEmpty else {
            throw word.error("an empty pattern is found in everything", help: "write what is to be found")
        }
        switch keyword.text {
        case "binary": return .bytes(try CheckTextReader.hexadecimal(word), isBinary: true)
        case "binary-lf": return .text(try CheckTextReader.read(word), isBinary: true)
        case "rbinary": return .pattern(try pattern(word), isBinary: true)
        case "rstring": return isHTTP ? .bodyPattern(try pattern(word)) : .pattern(try pattern(word), isBinary: false)
        case "string":
            let bytes = Array(word.text.utf8)
            return isHTTP ? .body(bytes) : .bytes(bytes, isBinary: false)
        case "string-lf":
            let text = try CheckTextReader.read(word)
            return isHTTP ? .bodyText(text) : .text(text, isBinary: false)
        case "rstatus": return .statusPattern(try pattern(word))
        default: return .status(try readStatusCodes(word))
        }
    }

    /// Compiles a regular expression.
    ///
    /// - Parameter word: the expression.
    /// - Returns: what it was compiled to.
    /// - Throws: what is wrong with it, at its place.
    static func pattern(_ word: Word) throws(Diagnostic) -> BytePattern {
        do {
            return try BytePattern(word.text)
        } catch {
            throw Diagnostic(
                severity: .error, location: word.location(at: error.offset),
                message: "in a regular expression: \(error.message)", help: error.help)
        }
    }

    /// `200,201,300-310`.
    private static func readStatusCodes(_ word: Word) throws(Diagnostic) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        for part in word.text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, first >= 0 else {
                throw word.error("'\(part)' is no status code or range of them", help: "write such as '200,300-310'")
            }
            ranges.append(first...last)
        }
        return ranges
    }

    private static func readHeader(
        _ arguments: inout Arguments, isWhole: Bool
    ) throws(Diagnostic) -> CheckHeaderMatch {
        let example = "expect hdr name set-cookie value -m beg sessid="
        let isNameText = arguments.take("name-lf")
        guard isNameText || arguments.take("name") else {
            throw arguments.missing("a header's name is missing", help: "write '\(example)'")
        }
        let (nameMethod, name) = try readComparison(&arguments, example, isText: isNameText)
        var header = CheckHeaderMatch(
            name: Array(name.text.utf8), nameMethod: nameMethod, value: nil, valueMethod: .equal, isWhole: isWhole)
        if isNameText { header.nameText = try CheckTextReader.read(name) }
        let isValueText = arguments.take("value-lf")
        if isValueText || arguments.take("value") {
            let (method, value) = try readComparison(&arguments, example, isText: isValueText)
            header.value = Array(value.text.utf8)
            header.valueMethod = method
            if isValueText { header.valueText = try CheckTextReader.read(value) }
        }
        return header
    }

    /// `[-m METHOD] TEXT`; a text that is known later alone can't be a regular expression.
    private static func readComparison(
        _ arguments: inout Arguments, _ example: String, isText: Bool
    ) throws(Diagnostic) -> (CheckHeaderMatch.Method, Word) {
        guard arguments.take("-m") else { return (.equal, try readText(&arguments, example)) }
        let method = try arguments.word("a method", example: example)
        let text = try readText(&arguments, example)
        if isText, method.text == "reg" {
            throw method.error(
                "a regular expression can't be a format", help: "write 'name' or 'value' instead of '…-lf'")
        }
        switch method.text {
        case "str": return (.equal, text)
        case "beg": return (.prefix, text)
        case "end": return (.suffix, text)
        case "sub": return (.part, text)
        case "reg": return (.pattern(try pattern(text)), text)
        default:
            throw method.error("there is no method '\(method.text)'", help: "known are str, beg, end, sub and reg")
        }
    }

    private static func readText(_ arguments: inout Arguments, _ example: String) throws(Diagnostic) -> Word {
        let word = try arguments.word("a text", example: example)
        guard !word.text.isEmpty else { throw word.error("an empty text is no header's", help: "write '\(example)'") }
        return word
    }
}
