import Model

/// A server's change of state, put into HAProxy's words.
///
/// - Source: recordings of HAProxy 2.6: every order in every state, and every verdict of the checks.
public struct ServerLogEvent: Sendable {
    /// What happened.
    public enum Change: Sendable, Hashable {
        /// The checks decided: the server is DOWN, UP or stopping now.
        ///
        /// Without a result the line has no reason: a line of the check's own has told it, or the server follows another one.
        case checked(to: OperationalState, by: CheckResult?)
        /// A person said how it is, in place of its checks.
        case declared(OperationalState)
        /// It has another weight.
        case weighed
        /// A person ordered another administrative state, for the server or for the one that it tracks.
        case ordered(from: AdministrativeOrders, to: AdministrativeOrders)
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
    /// What the checks say, after the change.
    public var operational: OperationalState
    /// What is ordered, after the change.
    public var orders: AdministrativeOrders
    /// The server that it tracks (`PROXY/SERVER`), if any.
    public var tracked: String?
    /// Active servers that are usable afterwards.
    public var activeServers = 0
    /// Backup servers that are usable afterwards.
    public var backupServers = 0
    /// Whether it was stopping before (NOLB): nobody is to be alarmed when it goes.
    public var wasStopping = false
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
    ///   - operational: what the checks say, after the change.
    ///   - orders: what is ordered, after the change.
    public init(
        proxy: String, server: String, isBackup: Bool, change: Change, operational: OperationalState,
        orders: AdministrativeOrders
    ) {
        self.proxy = proxy
        self.server = server
        self.isBackup = isBackup
        self.change = change
        self.operational = operational
        self.orders = orders
    }

    /// The lines it leaves, none when nothing changed, most often one.
    public var lines: [TextLogLine] {
        var lines: [TextLogLine] = []
        switch change {
        case .checked(let state, let result):
            lines += stateLines(state, result.map { ", reason: \($0.words)" } ?? "")
        case .declared(let state):
            lines += stateLines(state, ", changed from CLI")
        case .weighed:
            if orders.effective == .drain { lines.append(remainsInDrain) }
        case .ordered(let from, let to):
            lines += orderLines(from: from, to: to)
        case .warmedUp:
            lines.append(line(.notice, "is UP. \(onlineWords)"))
            if orders.effective == .drain { lines.append(remainsInDrain) }
        case .unresolved(let reason):
            // A server that was out of service by order says nothing; the fall of a drained one alarms nobody.
            guard orders.effective != .maint else { return [] }
            let level: LogLevel = orders.effective == .ready ? .alert : .notice
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

    private func stateLines(_ state: OperationalState, _ reason: String) -> [TextLogLine] {
        let isDown = state == .down
        let word =
            switch state {
            case .down: "DOWN"
            case .stopping: "stopping"
            case .degraded: "DEGRADED"
            case .up: "UP"
            }
        // The fall of a server that gets no new sessions takes no traffic away: nothing to be alarmed about.
        let level: LogLevel = isDown && orders.effective == .ready && !wasStopping ? .alert : .notice
        let first = line(level, "is \(word)\(reason)\(via). \(isDown ? leftWords : onlineWords)")
        return orders.effective == .drain ? [first, remainsInDrain] : [first]
    }

    private func orderLines(from: AdministrativeOrders, to: AdministrativeOrders) -> [TextLogLine] {
        guard from != to else { return [] }
        let isDown = operational == .down
        let state = isDown ? "DOWN" : "UP"
        switch (from.effective, to.effective) {
        case (.ready, .ready):
            return []
        case (.ready, .maint), (.drain, .maint):
            let origin = to.own == .maint ? "" : via
            if isDown { return [line(.notice, "was DOWN and now enters maintenance\(origin).")] }
            let level: LogLevel = from.effective == .ready && !wasStopping ? .alert : .notice
            return [line(level, "is going DOWN for maintenance\(origin). \(leftWords)")]
        case (.ready, .drain):
            let origin = to.own == .drain ? "" : via
            return [line(.notice, "enters drain state\(origin). \(isDown ? leftWords : onlineWords)")]
        case (.drain, .ready):
            return [line(.notice, "is \(state) (leaving forced drain).")]
        case (.drain, .drain):
            return [remainsInDrain]
        case (.maint, .ready):
            return [line(.notice, "is \(state)/READY (leaving \(maintenance(from))).")]
        case (.maint, .drain):
            return [line(.notice, "is \(state)/DRAIN (leaving \(maintenance(from)))."), remainsInDrain]
        case (.maint, .maint):
            if from.own == .maint && to.own != .maint {
                return [line(.notice, "is leaving forced maintenance but remains in maintenance\(via).")]
            }
            let isLeft = from.inherited == .maint && to.inherited != .maint
            return isLeft ? [line(.notice, "remains in forced maintenance.")] : []
        }
    }

    private func resolutionLines(_ name: String) -> [TextLogLine] {
        var lines: [TextLogLine]
        switch orders.effective {
        case .ready: lines = [line(.notice, "('\(name)') is UP/READY (resolves again).")]
        case .drain:
            lines = [line(.notice, "('\(name)') is UP/DRAIN (resolves again)."), remainsInDrain]
        case .maint: lines = [line(.notice, "('\(name)') resolves again but remains in maintenance.")]
        }
        // Without the word `Backup`, also for a backup.
        let text = "Server \(proxy)/\(server) administratively READY thanks to valid DNS answer."
        lines.append(TextLogLine(level: .notice, text: text))
        return lines
    }

    private func maintenance(_ orders: AdministrativeOrders) -> String {
        orders.own == .maint ? "forced maintenance" : "maintenance"
    }

    private var remainsInDrain: TextLogLine {
        orders.own == .drain
            ? line(.notice, "remains in forced drain mode.")
            : line(.notice, "is leaving forced drain but remains in drain mode\(via).")
    }

    private var via: String { tracked.map { " via \($0)" } ?? "" }

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
}
