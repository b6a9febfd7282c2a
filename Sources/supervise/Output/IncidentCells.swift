import History
import Model

extension HistoryCells {
    static let incidentColumns = [
        Table.Column(title: "TIME"), Table.Column(title: "PROXY"), Table.Column(title: "STATE"),
        Table.Column(title: "LASTED", isNumeric: true), Table.Column(title: "SERVERS"),
        Table.Column(title: "TRAFFIC"), Table.Column(title: "WHY"),
    ]

    /// A row of `incidents`.
    ///
    /// - Parameter incident: the incident.
    /// - Returns: its cells.
    func cells(_ incident: Incident) -> [Table.Cell] {
        [
            Table.Cell(times.text(incident.at)), Table.Cell("\(incident.instance)/\(incident.proxy)"),
            Table.Cell(incident.end.rawValue, color: Self.color(incident.end)),
            Table.Cell(DurationFormat.text(milliseconds: incident.durationMilliseconds)),
            Table.Cell(Self.servers(of: incident)), Table.Cell(Self.traffic(of: incident)),
            Table.Cell(Self.why(incident)),
        ]
    }

    /// Such as `rabbit` or `rabbit1 (longest 3 m 2 s), rabbit2; 5 outages`.
    static func servers(of incident: Incident) -> String {
        let names = incident.servers.map { name in
            let isLongest = name == incident.longestServer && incident.outages > 1
            let length = DurationFormat.text(milliseconds: incident.longestMilliseconds)
            return isLongest ? "\(name) (longest \(length))" : name
        }
        let list = names.joined(separator: ", ")
        return incident.outages > 1 ? "\(list); \(incident.outages) outages" : list
    }

    /// Such as `on rabbit_backup`, `no server left` or `on other servers`.
    static func traffic(of incident: Incident) -> String {
        var words: [String] = []
        if incident.wasOnBackup {
            words.append(incident.carriers.isEmpty ? "on backup" : "on " + incident.carriers.joined(separator: ", "))
        }
        if incident.hadNoServer { words.append("no server left") }
        return words.isEmpty ? "on other servers" : words.joined(separator: ", ")
    }

    /// Such as `L4CON: Connection refused; failed for 10 s before; 4 sessions, 4 cut`.
    static func why(_ incident: Incident) -> String {
        var words = [incident.cause.map { cause(of: $0) } ?? "not recorded"]
        if let turning = incident.cause?.turningMilliseconds, turning > 0 {
            words.append("failed for \(DurationFormat.text(milliseconds: turning)) before")
        }
        if incident.sessions > 0 {
            let cut = incident.sessionsCut.map { ", \($0) cut" } ?? ""
            words.append((incident.sessions == 1 ? "1 session" : "\(incident.sessions) sessions") + cut)
        }
        return words.joined(separator: "; ")
    }

    private static func color(_ end: Incident.End) -> Color {
        switch end {
        case .open: .red
        case .recovered: .green
        case .maint: .blue
        case .unknown: .grey
        }
    }
}
