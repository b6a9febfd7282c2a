import Logging

/// How the supervisor's own messages are written.
enum MessageStyle: Sendable {
    /// For persons.
    case lines
    /// For programs: JSON, an object a line.
    case json

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
