import Model

/// What tables say of the history's rows.
struct HistoryCells: Sendable {
    /// How moments are shown.
    let times: TimeFormat

    static let transitionColumns = [
        Table.Column(title: "TIME"), Table.Column(title: "SERVER"), Table.Column(title: "CHANGE"),
        Table.Column(title: "AFTER", isNumeric: true), Table.Column(title: "WHY"),
    ]

    /// A row of `history`.
    ///
    /// - Parameter transition: the transition.
    /// - Returns: its cells.
    func cells(_ transition: TransitionRecord) -> [Table.Cell] {
        [
            Table.Cell(times.text(transition.at)),
            Table.Cell(transition.server.description),
            Table.Cell("\(transition.from.rawValue) -> \(transition.to.rawValue)", color: Self.color(transition.to)),
            Table.Cell(transition.lastedMilliseconds.map(DurationFormat.text(milliseconds:)) ?? "-"),
            Table.Cell(Self.why(transition)),
        ]
    }

    /// Such as `L4CON in 1 ms: Connection refused; 4 sessions, 0 active and 1 backup left`.
    private static func why(_ transition: TransitionRecord) -> String {
        var cause: String
        if let actor = transition.actor {
            cause = actor
            if let reason = transition.reason { cause += ": \(reason)" }
        } else if let status = transition.status {
            cause = status.rawValue
            if let code = transition.code { cause += "/\(code)" }
            if let duration = transition.checkMilliseconds { cause += " in \(duration) ms" }
            if let detail = transition.detail, !detail.isEmpty { cause += ": \(detail)" }
        } else {
            cause = transition.detail ?? transition.reason ?? "-"
        }
        let sessions = transition.sessions == 1 ? "1 session" : "\(transition.sessions) sessions"
        return "\(cause); \(sessions), \(transition.activeServers) active and \(transition.backupServers) backup left"
    }

    private static func color(_ state: ServerState) -> Color {
        switch state {
        case .up: .green
        case .down: .red
        case .degraded: .yellow
        case .drain, .maint: .blue
        case .unknown: .grey
        }
    }
}
