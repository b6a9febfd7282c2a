import Configuration
import Yams

/// Collects what is wrong with a settings file, each with its place and the line it is about.
struct SettingsNotes {
    let file: String
    private let lines: [Substring]
    private(set) var diagnostics: [Diagnostic] = []

    init(file: String, text: String) {
        self.file = file
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Notes an error.
    mutating func error(_ message: String, at node: Node, help: String) {
        diagnostics.append(diagnostic(message, at: node.mark, help: help))
    }

    /// Notes what is most likely not meant.
    mutating func warning(_ message: String, at node: Node, help: String) {
        diagnostics.append(diagnostic(message, at: node.mark, help: help, severity: .warning))
    }

    /// What is wrong where the text is no YAML.
    func diagnostic(of error: YamlError) -> Diagnostic {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return diagnostic(problem, at: mark, help: "indent with spaces, and quote what has signs of its own")
        case .duplicatedKeysInMapping(let keys, let context):
            return diagnostic(
                "'\(keys.joined(separator: "', '"))' is there twice", at: context.mark, help: "keep one of them")
        case .reader(let problem, _, _, _), .writer(let problem), .emitter(let problem), .representer(let problem):
            return diagnostic(problem, at: nil, help: nil)
        case .no, .memory, .dataCouldNotBeDecoded:
            return diagnostic("is no YAML: \(error)", at: nil, help: nil)
        }
    }

    private func diagnostic(
        _ message: String, at mark: Mark?, help: String?, severity: Diagnostic.Severity = .error
    ) -> Diagnostic {
        let line = mark?.line ?? 0
        // The end of the file is behind its last line.
        let shown = lines.indices.contains(line - 1) ? String(lines[line - 1]) : nil
        return Diagnostic(
            severity: severity, location: SourceLocation(file: file, line: line, column: mark?.column ?? 0),
            message: message, help: help, sourceLine: shown)
    }
}
