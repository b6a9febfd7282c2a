/// A configuration file's text, cut into lines.
struct SourceText: Sendable {
    /// One line, as bytes, without its end.
    struct RawLine: Sendable {
        /// From 1.
        let number: Int
        /// Everything before the line's end.
        let bytes: ArraySlice<UInt8>
    }

    /// The file, as given.
    let file: String
    /// The lines in order.
    let lines: [RawLine]
    /// The first line that ends with CR LF.
    let firstCRLF: Int?
    /// Whether a byte order mark stands before the first line, where it is left out.
    let hasByteOrderMark: Bool
    /// Whether the last line ends with a line feed (true for an empty file).
    let endsWithNewline: Bool

    /// Cuts a text into lines.
    ///
    /// - Parameters:
    ///   - bytes: the text, in UTF-8 (anything else may stand in comments).
    ///   - file: the file it came from.
    init(_ bytes: [UInt8], file: String) {
        self.file = file
        var lines: [RawLine] = []
        var firstCRLF: Int?
        hasByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        var start = bytes.startIndex + (hasByteOrderMark ? 3 : 0)
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
            var line = bytes[start..<end]
            let number = lines.count + 1
            if end < bytes.endIndex, line.last == UInt8(ascii: "\r") {
                line = line.dropLast()
                firstCRLF = firstCRLF ?? number
            }
            lines.append(RawLine(number: number, bytes: line))
            start = end + 1
        }
        self.lines = lines
        self.firstCRLF = firstCRLF
        self.endsWithNewline = bytes.last == nil || bytes.last == UInt8(ascii: "\n")
    }

    /// A line for a person to read.
    ///
    /// - Parameter number: from 1.
    /// - Returns: the line, `nil` when there is none of that number.
    func line(_ number: Int) -> String? {
        guard number >= 1, number <= lines.count else { return nil }
        return String(decoding: lines[number - 1].bytes, as: UTF8.self)
    }

    /// The same diagnostic with the line that it is about.
    ///
    /// - Parameter diagnostic: what to complete.
    /// - Returns: the completed diagnostic.
    func completing(_ diagnostic: Diagnostic) -> Diagnostic {
        var diagnostic = diagnostic
        diagnostic.sourceLine = diagnostic.sourceLine ?? line(diagnostic.location.line)
        return diagnostic
    }

    /// What is wrong with the text before a word of it is read.
    var diagnostics: [Diagnostic] {
        var diagnostics: [Diagnostic] = []
        if hasByteOrderMark {
            diagnostics.append(
                Diagnostic(
                    severity: .error, location: SourceLocation(file: file, line: 1, column: 1),
                    message: "the file begins with a byte order mark", help: "save it as UTF-8 without one"))
        }
        if let firstCRLF, let text = line(firstCRLF) {
            diagnostics.append(
                Diagnostic(
                    severity: .warning,
                    location: SourceLocation(file: file, line: firstCRLF, column: text.count + 1),
                    message: "lines end with CR LF",
                    help: "save the file with line feeds alone"))
        }
        if !endsWithNewline, let text = line(lines.count) {
            diagnostics.append(
                Diagnostic(
                    severity: .warning,
                    location: SourceLocation(file: file, line: lines.count, column: text.count + 1),
                    message: "the last line has no newline: the file may have been cut off",
                    help: "end the file with a newline; HAProxy refuses it like this"))
        }
        return diagnostics
    }
}
