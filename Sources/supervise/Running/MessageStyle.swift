import Configuration
import Logging
import Model

/// How the supervisor's own messages are written.
enum MessageStyle: Sendable {
    /// For persons.
    case lines
    /// For programs: JSON, an object a line.
    case json

    /// Tells what there is to say about a file.
    ///
    /// - Parameter diagnostic: what, and where.
    func tell(_ diagnostic: Diagnostic) {
        switch self {
        case .lines: Output.message(diagnostic.rendered(color: Output.isMessageColored))
        case .json: Output.message(JSONLog.line(at: .now, about: diagnostic, label: Self.label))
        }
    }

    /// Tells why the program ends.
    ///
    /// - Parameter text: why.
    func tell(end text: String) {
        switch self {
        case .lines: Output.message("supervise: \(text)")
        case .json: Output.message(JSONLog.line(at: .now, .error, text, label: Self.label))
        }
    }

    private static let label = "supervise"

    /// What writes the messages of a logger.
    ///
    /// - Parameters:
    ///   - label: the logger's name.
    ///   - level: the least level that is written.
    /// - Returns: the handler.
    func handler(label: String, _ level: Logger.Level = .info) -> any LogHandler {
        switch self {
        case .lines: ConsoleLog(logLevel: level)
        case .json: JSONLog(label: label, logLevel: level)
        }
    }
}
