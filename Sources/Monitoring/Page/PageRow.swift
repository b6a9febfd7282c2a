import History
import Model
import Mustache

/// One row of a proxy's table on the page: a name, a class that colours it, and a cell for each column.
struct PageRow {
    /// What the first column says.
    var name: String
    /// The anchor that a link to the row uses.
    var anchor: String
    /// The row's class.
    var rowClass: String
    /// The server that it can be chosen as for an action; `nil` for other rows.
    var server: String?
    /// Whether it begins with a column for choosing servers.
    var canBeChosen = false
    /// What the name shows when a pointer is over it, with `stats show-legends`.
    var legend: String?
    /// All other columns.
    var cells: [PageCell]

    /// Makes the row of a side or a server.
    ///
    /// - Parameters:
    ///   - row: what to show.
    ///   - style: how to show it.
    ///   - flapping: how often the server's state changes, if that is too often.
    init(_ row: StatisticsRow, style: StatisticsStyle, flapping: Flapping? = nil) {
        switch row {
        case .frontend(let side, let proxy): self.init(frontend: side, of: proxy)
        case .listener(let listener, let proxy): self.init(listener: listener, of: proxy, style)
        case .server(let server, let proxy): self.init(server: server, of: proxy, style, flapping)
        case .backend(let side, let proxy): self.init(backend: side, of: proxy, style)
        }
    }

    private init(frontend side: FrontendSnapshot, of proxy: ProxySnapshot) {
        (name, anchor, rowClass) = ("Frontend", "\(proxy.name)/Frontend", "frontend")
        cells = [
            .gap(3), .number(side.sessionRate.current, PageTips.rates(side, \.current, "Current")),
            .number(side.sessionRate.max, PageTips.rates(side, \.max, "Max")), .limit(side.sessionRate.limit),
            .number(side.currentSessions), .number(side.maxSessions), .number(side.sessionLimit),
            .number(side.totalSessions, PageTips.sessions(side)), .empty, .empty,
            .number(side.bytesIn), .number(side.bytesOut, PageTips.compression(side.bytesOut)),
            .number(side.deniedRequests), .number(side.deniedResponses),
            .number(side.requestErrors), .empty, .empty, .empty, .empty, .words(side.status), .gap(8),
        ]
    }

    /// An address with its family, and a number, as legends have them; a path is only called `unix`.
    private static func legend(_ address: String, id: Int) -> String {
        let address = StatisticsTable.shownAddress(address)
        switch address.first {
        case "-": return "id: \(id)"
        case "u": return "\(address), id: \(id)"
        case "[", ":": return "IPv6: \(address), id: \(id)"
        default: return "IPv4: \(address), id: \(id)"
        }
    }

    private init(listener: ListenerSnapshot, of proxy: ProxySnapshot, _ style: StatisticsStyle) {
        (name, anchor, rowClass) = (listener.name, "\(proxy.name)/+\(listener.name)", "socket")
        legend = style.showsLegends ? Self.legend(listener.address, id: listener.id) : nil
        cells = [
            .gap(3), .gap(3), .number(listener.currentSessions), .number(listener.maxSessions),
            .number(listener.sessionLimit), .number(listener.totalSessions), .empty, .empty,
            .number(listener.bytesIn), .number(listener.bytesOut), .number(0), .number(0), .number(0), .empty, .empty,
            .empty, .empty, .words(listener.status), .gap(8),
        ]
    }

    private init(
        server: ServerSnapshot, of proxy: ProxySnapshot, _ style: StatisticsStyle, _ flapping: Flapping?
    ) {
        self.server = server.name
        let counters = server.counters
        let status = ServerStatus(of: server)
        (name, anchor) = (server.name, "\(proxy.name)/\(server.name)")
        rowClass = status.rowClass(of: server)
        legend = style.showsLegends ? Self.legend(server.shownAddress, id: server.id) : nil
        cells = Self.queue(counters, limit: .limit(server.queueLimit))
        cells += Self.sessions(
            counters, limit: .limit(server.sessionLimit), tips: PageTips.connections(server))
        cells += [.empty, .number(counters.deniedResponses)]
        cells += Self.errors(counters)
        cells += [
            status == .unchecked
                ? .words(status.text)
                : Self.status(
                    Self.status(status.shortText, status.arrow, for: counters.secondsSinceLastChange), flapping),
            Self.check(of: server), .words("\(server.weight)/\(server.configuredWeight)"),
            .words(server.isBackup ? "-" : "Y"), .words(server.isBackup ? "Y" : "-"),
        ]
        if server.isChecked {
            cells += [
                .number(server.failedChecks, [PageCell.Tip(name: "", value: "Failed Health Checks")]),
                .number(counters.timesDown), PageCell(text: UptimeText.short(seconds: counters.downSeconds)),
            ]
        } else if let tracked = server.tracks {
            cells.append(PageCell(text: "via \(tracked)", isCentered: true, span: 3, link: tracked))
        } else {
            cells.append(.gap(3))
        }
        cells.append(.words(server.slowStartPercent.map { "\($0) %" } ?? "-"))
    }

    private init(backend side: BackendSnapshot, of proxy: ProxySnapshot, _ style: StatisticsStyle) {
        let counters = side.counters
        (name, anchor, rowClass) = ("Backend", "\(proxy.name)/Backend", "backend")
        legend = style.showsLegends ? "balancing: \(side.algorithm)" : nil
        cells = Self.queue(counters, limit: .empty)
        cells += Self.sessions(
            counters, limit: .number(side.sessionLimit), bytesTips: PageTips.compression(counters.bytesOut))
        cells += [.number(side.deniedRequests), .number(counters.deniedResponses)]
        cells += Self.errors(counters)
        cells += [
            .words(
                Self.status(
                    StatisticsTable.status(of: side, in: proxy, style),
                    side.isPanicking ? "PANIC" : side.isHeld ? "HELD" : "",
                    for: counters.secondsSinceLastChange)),
            .empty, .words("\(side.weight)/\(side.configuredWeight)"), .words("\(side.activeServers)"),
            .words("\(side.backupServers)"), .empty, .number(counters.timesDown),
            proxy.servers.isEmpty ? .empty : PageCell(text: UptimeText.short(seconds: counters.downSeconds)), .empty,
        ]
    }

    /// The columns of queue and session rate.
    private static func queue(_ counters: BackendCounters, limit: PageCell) -> [PageCell] {
        [
            .number(counters.queueCurrent), .number(counters.queueMax), limit, .number(counters.sessionRate.current),
            .number(counters.sessionRate.max), .empty,
        ]
    }

    /// The columns of sessions and bytes.
    private static func sessions(
        _ counters: BackendCounters, limit: PageCell, tips: [PageCell.Tip] = [], bytesTips: [PageCell.Tip] = []
    ) -> [PageCell] {
        [
            .number(counters.currentSessions, tips), .number(counters.maxSessions), limit,
            .number(counters.totalSessions, PageTips.timings(counters)), .number(counters.timesChosen),
            PageCell(text: counters.secondsSinceLastSession.map { UptimeText.short(seconds: $0) } ?? "?"),
            .number(counters.bytesIn), .number(counters.bytesOut, bytesTips),
        ]
    }

    /// The columns of errors and warnings.
    private static func errors(_ counters: BackendCounters) -> [PageCell] {
        let aborts =
            "Connection resets during transfers: \(counters.clientAborts) client, \(counters.serverAborts) server"
        return [
            .empty, .number(counters.connectionErrors),
            .number(counters.responseErrors, [PageCell.Tip(name: "", value: aborts)]), .number(counters.retries),
            .number(counters.redispatches),
        ]
    }

    private static func status(_ text: String, _ arrow: String, for seconds: Int) -> String {
        "\(UptimeText.short(seconds: seconds)) \(text)" + (arrow.isEmpty ? "" : " \(arrow)")
    }

    /// The cell of a status, which says so when it changes too often.
    private static func status(_ text: String, _ flapping: Flapping?) -> PageCell {
        guard let flapping else { return .words(text) }
        let share = "\(Int(flapping.percent)) %"
        return .words(
            "\(text), flapping", [PageCell.Tip(name: "", value: "changed in \(share) of the last half minutes")])
    }

    private static func check(of server: ServerSnapshot) -> PageCell {
        if ServerStatus(of: server) == .downByAgent, let agent = AgentColumns(of: server), let last = server.agent?.last
        {
            let text = "\(agent.statusText)/\(last.code ?? 0) in \(last.durationMilliseconds ?? 0)ms"
            return .words(text, [PageCell.Tip(name: "", value: agent.explanation)])
        }
        guard let check = CheckColumns(of: server) else { return .empty }
        var text = check.statusText
        if let result = check.result {
            if let code = result.code { text += "/\(code)" }
            if let duration = result.durationMilliseconds { text += " in \(duration)ms" }
        }
        var tips = [PageCell.Tip(name: "", value: check.explanation)]
        if let broker = server.broker { tips += PageTips.broker(broker) }
        return .words(text, tips)
    }
}

extension PageRow: MustacheParent {
    func child(named childName: String) -> Any? {
        switch childName {
        case "name": name
        case "anchor": anchor
        case "rowClass": rowClass
        case "rowLegend": legend
        case "server": canBeChosen ? server : nil
        case "isFixed": canBeChosen && server == nil
        case "cells": cells
        default: nil
        }
    }
}

/// What cells explain of their numbers.
enum PageTips {
    /// The rates behind a frontend's session rate.
    static func rates(_ side: FrontendSnapshot, _ value: KeyPath<RateSnapshot, Int>, _ word: String) -> [PageCell.Tip] {
        var tips = [
            PageCell.Tip(name: "\(word) connection rate:", value: "\(side.connectionRate[keyPath: value])/s"),
            PageCell.Tip(name: "\(word) session rate:", value: "\(side.sessionRate[keyPath: value])/s"),
        ]
        if let requests = side.requestRate {
            tips.append(PageCell.Tip(name: "\(word) request rate:", value: "\(requests[keyPath: value])/s"))
        }
        return tips
    }

    /// What a frontend's sessions were about.
    static func sessions(_ side: FrontendSnapshot) -> [PageCell.Tip] {
        var tips = [
            PageCell.Tip(name: "Cum. connections:", value: "\(side.totalConnections)"),
            PageCell.Tip(name: "Cum. sessions:", value: "\(side.totalSessions)"),
        ]
        guard let requests = side.totalRequests else { return tips }
        tips.append(PageCell.Tip(name: "Cum. HTTP requests:", value: "\(requests)"))
        for (index, count) in (side.responses?.byClass ?? []).enumerated() {
            let kind = index < 5 ? "HTTP \(index + 1)xx" : "other"
            tips.append(PageCell.Tip(name: "- \(kind) responses:", value: "\(count)"))
            // Nothing is ever compressed, cached or rewritten.
            if index == 1 { tips.append(PageCell.Tip(name: "Compressed 2xx:", value: "0 (0%)")) }
        }
        tips += [
            PageCell.Tip(name: "Intercepted requests:", value: "\(side.interceptedRequests)"),
            PageCell.Tip(name: "Cache lookups:", value: "0"), PageCell.Tip(name: "Cache hits:", value: "0 (0%)"),
            PageCell.Tip(name: "Failed hdr rewrites:", value: "0"), PageCell.Tip(name: "Internal errors:", value: "0"),
        ]
        return tips
    }

    /// The connections behind a server's sessions: one for each, none kept for others.
    static func connections(_ server: ServerSnapshot) -> [PageCell.Tip] {
        let current = server.counters.currentSessions
        let wasConnected = server.lastCheck != nil || server.counters.connectAttempts > 0
        let limit = server.sessionLimit.flatMap { $0 > 0 ? String($0) : nil } ?? "-"
        return [
            PageCell.Tip(name: "Current active connections:", value: "\(current)"),
            PageCell.Tip(name: "Current used connections:", value: "\(current)"),
            PageCell.Tip(name: "Current idle connections:", value: "0"),
            PageCell.Tip(name: "- unsafe:", value: "0"), PageCell.Tip(name: "- safe:", value: "0"),
            PageCell.Tip(name: "Estimated need of connections:", value: wasConnected ? "1" : "0"),
            PageCell.Tip(name: "Active connections limit:", value: limit),
            PageCell.Tip(name: "Idle connections limit:", value: "-"),
        ]
    }

    /// What became of the bytes on the way to clients: nothing is ever compressed.
    static func compression(_ bytes: some BinaryInteger) -> [PageCell.Tip] {
        [
            PageCell.Tip(name: "Response bytes in:", value: "\(bytes)"),
            PageCell.Tip(name: "Compression in:", value: "0"),
            PageCell.Tip(name: "Compression out:", value: "0 (0%)"),
            PageCell.Tip(name: "Compression bypass:", value: "0"),
            PageCell.Tip(name: "Total bytes saved:", value: "0 (0%)"),
        ]
    }

    /// What a broker says of itself.
    static func broker(_ broker: BrokerIntroduction) -> [PageCell.Tip] {
        [
            PageCell.Tip(name: "Broker:", value: broker.description),
            PageCell.Tip(name: "Capabilities:", value: broker.capabilities.joined(separator: ", ")),
        ].filter { !$0.value.isEmpty }
    }

    /// How long the phases of sessions took.
    static func timings(_ counters: BackendCounters) -> [PageCell.Tip] {
        let timing = counters.timing
        return [
            PageCell.Tip(name: "Cum. sessions:", value: "\(counters.totalSessions)"),
            PageCell.Tip(name: "Max / Avg over last 1024 success. conn.", value: ""),
            PageCell.Tip(name: "- Queue time:", value: "\(timing.queueMax) / \(timing.queueAverage) ms"),
            PageCell.Tip(name: "- Connect time:", value: "\(timing.connectMax) / \(timing.connectAverage) ms"),
            PageCell.Tip(name: "- Total time:", value: "\(timing.totalMax) / \(timing.totalAverage) ms"),
        ]
    }
}
