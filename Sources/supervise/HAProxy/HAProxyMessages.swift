import Configuration
import Foundation

/// Messages in the frame that HAProxy gives its own, on standard error.
///
/// A first warning or error is preceded by two lines on which program speaks, so that logs say it once.
struct HAProxyMessages {
    /// How much a message matters.
    enum Level: String {
        case notice = "NOTICE"
        case warning = "WARNING"
        case alert = "ALERT"
    }

    private let isQuiet: Bool
    private var hasIntroducedItself = false

    /// Begins.
    ///
    /// - Parameter isQuiet: whether nothing is to be said.
    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        _ = Self.path
    }

    /// From now on a warning needs no such lines: HAProxy says them while it starts, and of the processes that go on, a master
    /// does too.
    mutating func skipIntroduction() { hasIntroducedItself = true }

    /// Tells something.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - text: what; lines after the first belong to it.
    mutating func tell(_ level: Level, _ text: String) {
        guard !isQuiet else { return }
        if level != .notice, !hasIntroducedItself {
            hasIntroducedItself = true
            for line in Self.introduction { Output.message(Self.framed(.notice, line, by: Self.process)) }
        }
        Output.message(Self.framed(level, text, by: Self.process))
    }

    /// Tells what was found in the files, and that it was too much where an error is among it.
    ///
    /// - Parameter diagnostics: what was found; of notes, only those that the file itself wants told.
    mutating func tell(_ diagnostics: [Diagnostic]) {
        var refused: [String] = []
        for diagnostic in diagnostics {
            switch diagnostic.severity {
            case .error:
                tell(.alert, Self.text(of: diagnostic))
                if !refused.contains(diagnostic.location.file) { refused.append(diagnostic.location.file) }
            case .warning: tell(.warning, Self.text(of: diagnostic))
            case .note: if diagnostic.isSaidByFile { tell(.notice, Self.text(of: diagnostic)) }
            }
        }
        guard !refused.isEmpty else { return }
        for file in refused { tell(.alert, "config : Error(s) found in configuration file : \(file)") }
        tell(.alert, "config : Fatal errors found in configuration.")
    }

    /// Tells why files are refused: for their errors, or because nobody wants their warnings.
    ///
    /// - Parameter diagnostics: what was found.
    mutating func tellRefusal(_ diagnostics: [Diagnostic]) {
        tell(diagnostics)
        guard !diagnostics.contains(where: { $0.severity == .error }) else { return }
        tell(.alert, "config : Some warnings were found and 'zero-warning' is set. Aborting.")
    }

    /// One message in its frame.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - text: what; one or more lines.
    ///   - process: who tells it.
    /// - Returns: the lines, without a newline at the end.
    static func framed(_ level: Level, _ text: String, by process: Int32) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let label = "[\(level.rawValue)]".padding(toLength: labelWidth, withPad: " ", startingAt: 0)
        let first = "\(label)(\(process)) : \(lines[0])"
        return ([first] + lines.dropFirst().map { "   | \($0)" }).joined(separator: "\n")
    }

    /// A diagnostic in HAProxy's words for the place.
    ///
    /// - Parameter diagnostic: what was found.
    /// - Returns: what and where, then the line with its caret and the help, where there are any.
    static func text(of diagnostic: Diagnostic) -> String {
        let location = diagnostic.location
        let place = location.line > 0 ? "parsing [\(location.file):\(location.line)]" : "[\(location.file)]"
        // The first line of what a terminal shows says the place in our own way; the others are the same here.
        let rest = diagnostic.rendered(color: false).split(separator: "\n").dropFirst()
        return (["config : \(place) : \(diagnostic.message)"] + rest.map(String.init)).joined(separator: "\n")
    }

    private static let labelWidth = 11
    private static var process: Int32 { ProcessInfo.processInfo.processIdentifier }
    /// Asked for before the root may change.
    private static let path =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "unknown"
    private static var introduction: [String] {
        [
            "haproxy version is \(HAProxyUsage.compatibleVersion) (supervise \(Supervise.versionNumber))",
            "path to executable is \(path)",
        ]
    }
}
