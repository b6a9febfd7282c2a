import Foundation
import History
import Model
import Supervision

/// The dashboard's first page: all instances and the lanes of their servers.
struct OverviewPage {
    /// What it shows.
    let overview: DashboardSource.Overview
    /// How far it looks back.
    let period: DashboardPeriod
    /// Writes times.
    let words: DashboardWords

    /// The values for the template.
    var context: [String: Any] {
        var context: [String: Any] = [
            "title": "Overview", "isOverview": true, "periods": Self.periods(period) { "/?period=\($0.rawValue)" },
            "summary": summary, "isWell": troubles.isEmpty,
            "instances": overview.instances.map(section),
            "axis": AxisDrawing(span: overview.span, period: period, words: words).svg.text,
            "at": words.text(overview.span.until), "zone": words.zoneText(at: overview.span.until),
        ]
        context["trouble"] = overview.trouble
        return context
    }

    /// The links to the same page over other periods.
    static func periods(_ chosen: DashboardPeriod, _ address: (DashboardPeriod) -> String) -> [[String: Any]] {
        DashboardPeriod.allCases.map { period in
            var link: [String: Any] = ["name": period.rawValue, "title": period.title, "address": address(period)]
            if period == chosen { link["isChosen"] = true }
            return link
        }
    }

    // MARK: In one sentence

    /// What isn't as it should be.
    private var troubles: [String] {
        let instances = overview.instances.compactMap(\.status)
        let idle = instances.filter { $0.state != .running && $0.state != .reloading }
        var troubles = idle.map { "\($0.instance) is \($0.state.rawValue)" }
        let servers = overview.instances.compactMap(\.snapshot).flatMap(\.proxies).flatMap(\.servers)
        let down = servers.count { $0.state == .down }
        if down > 0 { troubles.append("\(down) of \(DashboardWords.count(servers.count, "server")) down") }
        troubles += instances.filter(\.isOnBackup).map { "\($0.instance) on backup" }
        return troubles
    }

    private var summary: String {
        let statuses = overview.instances.compactMap(\.status)
        let servers = overview.instances.compactMap(\.snapshot).flatMap(\.proxies).reduce(0) { $0 + $1.servers.count }
        let count = "\(DashboardWords.count(statuses.count, "instance")), \(DashboardWords.count(servers, "server"))"
        return troubles.isEmpty ? "\(count): all is well" : "\(count): " + troubles.joined(separator: ", ")
    }

    // MARK: One instance

    private func section(_ view: DashboardSource.InstanceView) -> [String: Any] {
        var section: [String: Any] = ["name": view.name, "anchor": Self.anchor(view.name)]
        let state = view.status?.state
        section["state"] = state?.rawValue ?? "NOT HERE"
        section["stateClass"] = state?.dashboardClass ?? "unknown"
        section["reason"] = view.status?.reason
        section["listen"] = view.status.map { $0.listen.joined(separator: ", ") }
        section["uptime"] = view.status?.uptimeMilliseconds.map { DashboardWords.length(milliseconds: $0) }
        if view.status?.isOnBackup == true { section["isOnBackup"] = true }
        if let status = view.status {
            section["counts"] = [
                "sessions": "\(status.sessions)", "up": "\(status.serversUp)", "servers": "\(status.servers)",
            ]
        }
        section["sparkline"] = sparkline(view)
        let axis = AxisDrawing(span: overview.span, period: period, words: words)
        if view.events.contains(where: { $0.kind.tickLetter != nil }) {
            section["events"] = axis.svg(view.events, page: DashboardAddressing.events(of: view.name)).text
        }
        let proxies = Dictionary(grouping: view.lanes, by: \.server.proxy)
        var order: [String] = []
        for lane in view.lanes where order.last != lane.server.proxy && !order.contains(lane.server.proxy) {
            order.append(lane.server.proxy)
        }
        section["proxies"] = order.map { proxy -> [String: Any] in
            let bands = view.bands.filter { $0.proxy == proxy }
            return ["name": proxy, "rows": (proxies[proxy] ?? []).map { row($0, bands, in: view.snapshot) }]
        }
        return section
    }

    private func sparkline(_ view: DashboardSource.InstanceView) -> String {
        let points = view.sessions.map { ChartPoint($0, Double($0.max)) }
        let top = points.map(\.value).max() ?? 0
        let label = "Sessions over \(period.title): at most \(Int(top))"
        return ChartDrawing(span: overview.span).svg(
            [.init(name: "sessions", points: points, isFilled: true)], top: top, pixels: 34, label: label
        ).text
    }

    private func row(_ lane: LaneOutline, _ bands: [BackupBand], in snapshot: InstanceSnapshot?) -> [String: Any] {
        let server = snapshot?.server(lane.server)
        let page = DashboardAddressing.page(of: lane.server)
        let drawing = LaneDrawing(
            span: overview.span, words: words, records: overview.records, mostMarks: overview.marksOfLane)
        let account = lane.account
        let share = account.availability.map(DashboardWords.percent) ?? "–"
        let down = account.downMilliseconds
        let label =
            "\(lane.server.server): \(share == "–" ? "nothing known" : share + " up") in \(period.title)"
            + (down > 0 ? ", down for \(DashboardWords.length(milliseconds: down))" : "")
        var row: [String: Any] = [
            "name": lane.server.server, "page": page + "?period=\(period.rawValue)", "share": share,
            "lane": drawing.svg(lane, bands: bands, page: page, label: label).text,
        ]
        if down > 0 { row["down"] = DashboardWords.length(milliseconds: down) }
        if let server {
            let status = ServerStatus(of: server)
            row["badge"] = ["text": status.text, "class": status.dashboardClass]
            row["address"] = server.address
            row["sessions"] = "\(server.counters.currentSessions)"
            if server.isBackup { row["isBackup"] = true }
        } else {
            row["badge"] = ["text": "?", "class": "unknown"]
        }
        return row
    }

    /// A name that a fragment of an address can carry.
    private static func anchor(_ name: String) -> String { "instance-" + DashboardAddressing.escaped(name) }
}

/// The dashboard's addresses.
enum DashboardAddressing {
    /// The page of a server.
    static func page(of server: ServerIdentity) -> String {
        "/server/\(escaped(server.instance))/\(escaped(server.proxy))/\(escaped(server.server))"
    }

    /// The page of an instance's events.
    static func events(of instance: String) -> String { "/events?instance=\(escaped(instance))" }

    /// A name as a part of a path, or as a value of a query.
    static func escaped(_ name: String) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
        // Whatever is text can be escaped.
        return name.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}

extension InstanceState {
    /// The class of its badge in the style sheet.
    var dashboardClass: String {
        switch self {
        case .running: "up"
        case .starting, .reloading, .stopping: "turning"
        case .stopped: "maint"
        case .backoff, .fatal: "down"
        }
    }
}

extension InstanceSnapshot {
    /// One of its servers.
    func server(_ identity: ServerIdentity) -> ServerSnapshot? {
        proxies.first { $0.name == identity.proxy }?.servers.first { $0.name == identity.server }
    }
}
