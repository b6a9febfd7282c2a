/// Something to tell a person about a configuration file: what is wrong, where, and what to write instead.
public struct Diagnostic: Error, Sendable, Hashable {
    /// How much it matters.
    public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
        /// The file can't be used.
        case error
        /// The file can be used, but probably doesn't do what its author meant.
        case warning
        /// Worth knowing, nothing to change.
        case note

        /// Whether the left severity matters more than the right one.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .error: 0
            case .warning: 1
            case .note: 2
            }
        }
    }

    /// How much it matters.
    public var severity: Severity
    /// Where; line 0 is the file as a whole.
    public var location: SourceLocation
    /// What is wrong, in one sentence without a full stop.
    public var message: String
    /// What to write instead, if there is something to say.
    public var help: String?
    /// The line of the file, as it stands there; `nil` where there is none to show.
    public var sourceLine: String?

    /// Makes a diagnostic.
    ///
    /// - Parameters:
    ///   - severity: how much it matters.
    ///   - location: where; line 0 is the file as a whole.
    ///   - message: what is wrong, in one sentence without a full stop.
    ///   - help: what to write instead.
    ///   - sourceLine: the line of the file.
    public init(
        severity: Severity, location: SourceLocation, message: String, help: String? = nil, sourceLine: String? = nil
    ) {
        self.severity = severity
        self.location = location
        self.message = message
        self.help = help
        self.sourceLine = sourceLine
    }

    /// The most of a line that is shown, in characters; a longer one is cut on both sides of the caret.
    public static let widestLine = 160
    /// The most of a message or a help that is shown, in characters: both may quote a file's words.
    public static let longestMessage = 500

    /// The diagnostic as a terminal shows it: place, severity and message, the line with a caret, the help.
    ///
    /// - Parameter color: whether to use ANSI colours (the words say everything without them).
    /// - Returns: one to four lines, without a newline at the end.
    public func rendered(color: Bool) -> String {
        let paint = Paint(isOn: color, severity: severity)
        var lines = [
            "\(paint.bold("\(place):")) \(paint.severity("\(severity.rawValue):")) \(Self.printable(Self.short(message)))"
        ]
        if location.line > 0, let sourceLine {
            let number = String(location.line)
            let gutter = String(repeating: " ", count: number.count)
            let (excerpt, caret) = excerpt(of: sourceLine)
            lines.append("  \(number) | \(Self.printable(excerpt, keepingTabs: true))")
            lines.append("  \(gutter) | \(Self.indentation(of: excerpt.prefix(caret)))\(paint.severity("^"))")
        }
        if let help { lines.append("  \(paint.bold("help:")) \(Self.printable(Self.short(help)))") }
        return lines.joined(separator: "\n")
    }

    private var place: String {
        location.line > 0 ? "\(location.file):\(location.line):\(location.column)" : location.file
    }

    /// The part of a line that is shown, and how many of its characters stand before the caret.
    private func excerpt(of line: String) -> (text: String, caret: Int) {
        let caret = max(0, location.column - 1)
        guard line.count > Self.widestLine else { return (line, caret) }
        let start = max(0, min(caret - Self.widestLine / 2, line.count - Self.widestLine))
        let end = start + Self.widestLine
        var text = String(line.dropFirst(start).prefix(Self.widestLine))
        if end < line.count { text += "…" }
        return start > 0 ? ("…" + text, caret - start + 1) : (text, caret)
    }

    /// What stands before the caret, as wide as the text there: a tab for a tab, two spaces for a wide character, one for
    /// every other.
    private static func indentation(of text: Substring) -> String {
        var indentation = ""
        for character in text {
            if character == "\t" {
                indentation += "\t"
            } else {
                indentation += character.isWide ? "  " : " "
            }
        }
        return indentation
    }

    private static func short(_ text: String) -> String {
        let start = text.prefix(longestMessage)
        return start.endIndex == text.endIndex ? text : start + "…"
    }

    /// Text from a file without its control characters, which could otherwise steer the reader's terminal.
    private static func printable(_ text: String, keepingTabs: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || ($0.value >= 0x7F && $0.value < 0xA0) }) else {
            return text
        }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0)
            result.append(isControl && !(keepingTabs && scalar == "\t") ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }
}

/// The colours of one diagnostic, or none.
private struct Paint {
    let isOn: Bool
    let severity: Diagnostic.Severity

    func bold(_ text: String) -> String { isOn ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    func severity(_ text: String) -> String {
        guard isOn else { return text }
        let code =
            switch severity {
            case .error: "31"
            case .warning: "33"
            case .note: "36"
            }
        return "\u{1B}[1;\(code)m\(text)\u{1B}[0m"
    }
}

extension Character {
    /// Whether terminals give it two columns.
    ///
    /// - Source: Unicode Standard Annex 11 (East Asian Width), the blocks whose characters are W or F.
    var isWide: Bool {
        guard let value = unicodeScalars.first?.value else { return false }
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return true
        default:
            return false
        }
    }
}

extension Diagnostic {
    /// What the file's own words (`.notice`, `.warning`, `.alert`) begin with.
    static let fileSays = "the file says: "

    /// Whether these are the file's own words.
    public var isSaidByFile: Bool { message.hasPrefix(Self.fileSays) }
}
