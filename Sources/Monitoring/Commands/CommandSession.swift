import Configuration

/// What one connection of a stats socket has made of itself: its rights, its manner, its patience.
struct CommandSession: Sendable, Equatable {
    /// What this connection may do; commands can only lower it.
    var level: StatsSocketConfiguration.Level
    /// What its socket allows, which decides on addresses in the statistics, as in HAProxy.
    let socketLevel: StatsSocketConfiguration.Level
    /// Whether a successor gets the listening sockets here.
    let exposesListeners: Bool
    /// Whether commands are accepted that HAProxy keeps for experts.
    var isExpert = false
    /// Whether commands are accepted that HAProxy calls experimental.
    var isExperimental = false
    /// Whether the connection stays after its commands, and says when it waits for the next one.
    var hasPrompt = false
    /// How long it may be silent; `nil` for the socket's own limit.
    var timeout: Duration?
    /// How answers say how grave they are.
    var severityOutput: StatsSocketConfiguration.SeverityOutput
    /// What the prompt says before `> `.
    var promptName = ""

    /// Makes the session of a new connection.
    ///
    /// - Parameters:
    ///   - level: what its socket allows.
    ///   - severityOutput: what its socket begins with.
    ///   - exposesListeners: whether a successor gets the listening sockets here.
    init(
        level: StatsSocketConfiguration.Level, severityOutput: StatsSocketConfiguration.SeverityOutput = .none,
        exposesListeners: Bool = false
    ) {
        self.level = level
        self.exposesListeners = exposesListeners
        socketLevel = level
        self.severityOutput = severityOutput
    }

    /// Gives rights up, and with them what was accepted besides.
    ///
    /// - Parameter level: what the connection may do from now on.
    /// - Source: HAProxy 2.6 management guide, `expert-mode`.
    mutating func lower(to level: StatsSocketConfiguration.Level) {
        self.level = level
        (isExpert, isExperimental) = (false, false)
    }

    /// What follows every answer.
    var ending: String { hasPrompt ? "\n\(promptName)> " : "\n" }

    /// What follows every line of a payload.
    var payloadPrompt: String { hasPrompt ? "+ " : "" }

    /// A message as this connection wants it.
    ///
    /// - Parameters:
    ///   - text: the message, with its line feed.
    ///   - severity: how grave it is.
    /// - Returns: the text, marked where that is wanted.
    func message(_ text: String, _ severity: CommandSeverity) -> String {
        switch severityOutput {
        case .none: text
        case .number: "[\(severity.rawValue)]: \(text)"
        case .string: "[\(severity.word)]: \(text)"
        }
    }
}

/// How grave an answer is.
///
/// - Source: HAProxy 2.6 management guide, `set severity-output`; the numbers are those of RFC 5424.
enum CommandSeverity: Int, Sendable {
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6

    var word: String {
        switch self {
        case .error: "err"
        case .warning: "warning"
        case .notice: "notice"
        case .info: "info"
        }
    }
}
