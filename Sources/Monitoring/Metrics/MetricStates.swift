import Model

/// Metrics about states: a line for each state there could be, which says how many are in it.
enum MetricStates {
    /// A state, and how many are in it.
    struct Count: Equatable {
        var state: String
        var count: Int
    }

    /// The states of servers.
    private static let ofServers = ["DOWN", "UP", "MAINT", "DRAIN", "NOLB"]
    /// The results of checks, in HAProxy's order.
    private static let ofChecks: [CheckStatus] = [
        .analysis, .socketError, .layer4OK, .layer4Timeout, .layer4Error, .layer6OK, .layer6Timeout, .layer6Error,
        .layer7Timeout, .layer7InvalidResponse, .layer7OK, .layer7Conditional, .layer7Error, .processError,
        .processTimeout, .processOK,
    ]

    /// The state of the row itself.
    static func status(_ row: StatisticsRow) -> [Count] {
        switch row {
        case .frontend(let side, _): one(side.status == "STOP" ? "DOWN" : "UP", among: ["DOWN", "UP"])
        case .listener(let listener, _): one(listener.status, among: ["WAITING", "OPEN", "FULL"])
        case .backend(let side, _): one(side.isUp ? "UP" : "DOWN", among: ["DOWN", "UP"])
        case .server(let server, _): one(state(of: server), among: ofServers)
        }
    }

    /// The states of a backend's servers.
    static func serverStates(_ row: StatisticsRow) -> [Count] {
        guard case .backend(_, let proxy) = row, !proxy.servers.isEmpty else { return [] }
        let states = proxy.servers.map(state)
        return ofServers.map { state in Count(state: state, count: states.count { $0 == state }) }
    }

    /// How a server's last check ended; nothing while it is not checked.
    static func checkStatus(_ row: StatisticsRow) -> [Count] {
        guard case .server(let server, _) = row, CheckColumns(of: server) != nil else { return [] }
        return ofChecks.map { Count(state: $0.rawValue, count: server.lastCheck?.status == $0 ? 1 : 0) }
    }

    /// How the last checks of a backend's servers ended.
    static func checkStatuses(_ row: StatisticsRow) -> [Count] {
        guard case .backend(_, let proxy) = row, !proxy.servers.isEmpty else { return [] }
        let checked = proxy.servers.filter { CheckColumns(of: $0) != nil }
        return ofChecks.map { status in
            Count(state: status.rawValue, count: checked.count { $0.lastCheck?.status == status })
        }
    }

    private static func one(_ state: String, among states: [String]) -> [Count] {
        states.map { Count(state: $0, count: $0 == state ? 1 : 0) }
    }

    /// A server's state, however far it is on the way to another one.
    private static func state(of server: ServerSnapshot) -> String {
        switch ServerStatus(of: server) {
        case .maintenance, .unresolved: "MAINT"
        case .down, .downByAgent, .goingUp: "DOWN"
        case .draining, .drainingByAgent, .drainingGoingDown: "DRAIN"
        case .degraded, .stopping, .stoppingGoingDown: "NOLB"
        case .up, .goingDown, .unchecked: server.weight == 0 ? "DRAIN" : "UP"
        }
    }
}
