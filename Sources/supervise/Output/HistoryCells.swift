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

    /// Such as `L4CON: Connection refused; 4 sessions, 3 cut; on backup (rabbit_backup)`.
    ///
    /// Says only what stands out; JSON and CSV have the rest.
    static func why(_ transition: TransitionRecord) -> String {
        var words = [cause(of: transition)]
        if transition.sessions > 0 {
            words.append(transition.sessions == 1 ? "1 session" : "\(transition.sessions) sessions")
        }
        if let cut = transition.sessionsCut, cut > 0 {
            // Where others' sessions end, as those on backups do, there may be none of its own to be told of.
            let last = transition.sessions > 0 ? "\(words.removeLast()), " : ""
            words.append("\(last)\(cut) cut")
        }
        if transition.activeServers == 0, transition.to != .unknown {
            let names = transition.carriers.isEmpty ? "" : " (\(transition.carriers.joined(separator: ", ")))"
            words.append(transition.backupServers > 0 ? "on backup\(names)" : "no server left")
        }
        return words.joined(separator: "; ")
    }

    static func cause(of transition: TransitionRecord) -> String {
        if let actor = transition.actor { return transition.reason.map { "\(actor): \($0)" } ?? actor }
        let status = transition.status.map { status in
            transition.code.map { "\(status.rawValue)/\($0)" } ?? status.rawValue
        }
        let detail = transition.detail.flatMap { $0.isEmpty ? nil : $0 }
        let words = [status, detail].compactMap { $0 }
        return words.isEmpty ? "-" : words.joined(separator: ": ")
    }

    private static func color(_ state: ServerState) -> Color {
        switch state {
        case .up: .green
        case .down: .red
        case .degraded, .stopping: .yellow
        case .drain, .maint: .blue
        case .unknown: .grey
        }
    }
}
