import Model

/// A server's change of state, put into HAProxy's words.
///
/// - Source: recordings of HAProxy 2.6: every order in every state, and every verdict of the checks.
public struct ServerLogEvent: Sendable {
    /// What happened.
    public enum Change: Sendable, Hashable {
        /// A check decided: the server is DOWN or UP now.
        case checked(to: OperationalState, by: CheckResult)
        /// A person ordered another administrative state.
        case ordered(from: AdministrativeState, to: AdministrativeState)
        /// Its slow start is over.
        case warmedUp
        /// Its name has lost its address, so that it is out of service.
        case unresolved(reason: String)
        /// Its name has an address again (or for the first time).
        case resolved(name: String)
    }

    /// The proxy's name.
    public var proxy: String
    /// The server's name.
    public var server: String
    /// Whether it is a backup.
    public var isBackup: Bool
    /// What happened.
    public var change: Change
    /// What the checks had found before the change.
    public var operational: OperationalState
    /// What a person has ordered, after the change.
    public var administrative: AdministrativeState
    /// Active servers that are usable afterwards.
    public var activeServers = 0
    /// Backup servers that are usable afterwards.
    public var backupServers = 0
    /// Whether the proxy had a usable server before.
    public var hadServer = true
    /// Whether the proxy accepts as well (`listen`): it is called a proxy then, and a backend otherwise.
    public var isListen = true
    /// Sessions on the server.
    public var sessions = 0
    /// Waiting sessions that were dispatched anew (after UP: handed to the server).
    public var requeued = 0
    /// Sessions that still wait for this server.
    public var queued = 0

    /// Makes an event.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's name.
    ///   - server: the server's name.
    ///   - isBackup: whether it is a backup.
    ///   - change: what happened.
    ///   - operational: what the checks had found before the change.
    ///   - administrative: what a person has ordered, after the change.
    public init(
        proxy: String, server: String, isBackup: Bool, change: Change, operational: OperationalState,
        administrative: AdministrativeState
    ) {
        self.proxy = proxy
        self.server = server
        self.isBackup = isBackup
        self.change = change
        self.operational = operational
        self.administrative = administrative
    }

    /// The lines it leaves, none when nothing changed, most often one.
    public var lines: [TextLogLine] {
        var lines: [TextLogLine] = []
        switch change {
        case .checked(let state, let result):
            let isDown = state == .down
            let reason = "is \(isDown ? "DOWN" : "UP"), reason: \(Self.words(for: result))."
            // A drained server's fall takes no traffic away: nothing to be alarmed about.
            let level: LogLevel = isDown && administrative == .ready ? .alert : .notice
            lines.append(line(level, "\(reason) \(isDown ? leftWords : onlineWords)"))
            if administrative == .drain { lines.append(line(.notice, "remains in forced drain mode.")) }
        case .ordered(let from, let to):
            lines += orderLines(from: from, to: to)
        case .warmedUp:
            lines.append(line(.notice, "is UP. \(onlineWords)"))
            if administrative == .drain { lines.append(line(.notice, "remains in forced drain mode.")) }
        case .unresolved(let reason):
            // A server that was out of service by order says nothing; the fall of a drained one alarms nobody.
            guard administrative != .maint else { return [] }
            let level: LogLevel = administrative == .ready ? .alert : .notice
            lines.append(line(level, "is going DOWN for maintenance (\(reason)). \(leftWords)"))
        case .resolved(let name):
            lines += resolutionLines(name)
        }
        if hadServer && activeServers == 0 && backupServers == 0 {
            let kind = isListen ? "proxy" : "backend"
            lines.append(TextLogLine(level: .emerg, text: "\(kind) \(proxy) has no server available!"))
        }
        return lines
    }

    private func orderLines(from: AdministrativeState, to: AdministrativeState) -> [TextLogLine] {
        let isDown = operational == .down
        switch (from, to) {
        case (.ready, .ready), (.drain, .drain), (.maint, .maint):
            return []
        case (.ready, .maint), (.drain, .maint):
            if isDown { return [line(.notice, "was DOWN and now enters maintenance.")] }
            return [
                line(from == .ready ? .alert : .notice, "is going DOWN for maintenance. \(leftWords)")
            ]
        case (.ready, .drain):
            return [line(.notice, "enters drain state. \(isDown ? leftWords : onlineWords)")]
        case (.drain, .ready):
            return [line(.notice, "is \(isDown ? "DOWN" : "UP") (leaving forced drain).")]
        case (.maint, .ready):
            return [line(.notice, "is UP/READY (leaving forced maintenance).")]
        case (.maint, .drain):
            return [
                line(.notice, "is UP/DRAIN (leaving forced maintenance)."),
                line(.notice, "remains in forced drain mode."),
            ]
        }
    }

    private func resolutionLines(_ name: String) -> [TextLogLine] {
        var lines: [TextLogLine]
        switch administrative {
        case .ready: lines = [line(.notice, "('\(name)') is UP/READY (resolves again).")]
        case .drain:
            lines = [
                line(.notice, "('\(name)') is UP/DRAIN (resolves again)."),
                line(.notice, "remains in forced drain mode."),
            ]
        case .maint: lines = [line(.notice, "('\(name)') resolves again but remains in maintenance.")]
        }
        // Without the word `Backup`, also for a backup.
        let text = "Server \(proxy)/\(server) administratively READY thanks to valid DNS answer."
        lines.append(TextLogLine(level: .notice, text: text))
        return lines
    }

    private func line(_ level: LogLevel, _ words: String) -> TextLogLine {
        TextLogLine(level: level, text: "\(isBackup ? "Backup " : "")Server \(proxy)/\(server) \(words)")
    }

    private var serverWords: String { "\(activeServers) active and \(backupServers) backup servers" }

    private var backupWords: String { activeServers == 0 && backupServers > 0 ? " Running on backup." : "" }

    private var leftWords: String {
        "\(serverWords) left.\(backupWords) \(sessions) sessions active, \(requeued) requeued, \(queued) remaining in queue."
    }

    private var onlineWords: String {
        "\(serverWords) online.\(backupWords) \(requeued) sessions requeued, \(queued) total in queue."
    }

    /// `Layer4 connection problem, info: "Connection refused", check duration: 0ms`.
    private static func words(for result: CheckResult) -> String {
        var words = result.status.explanation
        if let code = result.code { words += ", code: \(code)" }
        if !result.detail.isEmpty { words += ", info: \"\(result.detail)\"" }
        return "\(words), check duration: \(result.durationMilliseconds)ms"
    }
}
