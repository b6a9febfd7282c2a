import Foundation
import History
import Model

/// The page of one server.
struct ServerPage {
    /// What it shows.
    let view: DashboardSource.ServerView
    /// How far it looks back.
    let period: DashboardPeriod
    /// Which transitions it lists.
    let filter: DashboardSource.TransitionFilter
    /// Writes times.
    let words: DashboardWords

    private var address: String { DashboardAddressing.page(of: view.server) }

    /// The values for the template.
    var context: [String: Any] {
        var context: [String: Any] = [
            "title": view.server.server, "isServer": true, "name": view.server.server,
            "instance": view.server.instance, "proxy": view.server.proxy, "address": address,
            "periods": OverviewPage.periods(period) { "\(address)?period=\($0.rawValue)" },
            "period": period.title, "periodName": period.rawValue, "at": words.text(view.span.until),
            "zone": words.zoneText(at: view.span.until),
            "axis": axis.svg.text, "uptimes": view.uptimes.map(uptime),
            "charts": [sessionChart, byteChart, checkChart],
            "incidents": view.incidents.map(incident), "transitions": view.transitions.map(transition),
            "states": states, "hasIncidents": !view.incidents.isEmpty, "hasTransitions": !view.transitions.isEmpty,
            "csv": "\(address)/history.csv", "path": view.server.description,
        ]
        if let lane = view.lane { context["lane"] = self.lane(lane) }
        if view.events.contains(where: { $0.kind.tickLetter != nil }) {
            context["events"] = axis.svg(view.events, page: DashboardAddressing.events(of: view.server.instance)).text
        }
        context["latency"] = latency
        context["now"] = view.snapshot.map(present)
        context["flapping"] = view.flapping.map { "\(Int($0.percent))" }
        if view.hasOlder, let oldest = view.transitions.last?.record.at {
            let state = filter.state.map { "&state=\($0.rawValue)" } ?? ""
            context["older"] =
                "\(address)?period=\(period.rawValue)\(state)&before=\(oldest.millisecondsSinceEpoch)#transitions"
        }
        if filter.before != nil || filter.number != nil { context["newest"] = "\(address)?period=\(period.rawValue)" }
        return context
    }

    private var axis: AxisDrawing { AxisDrawing(span: view.span, period: period, words: words) }

    // MARK: The present

    private func present(_ server: ServerSnapshot) -> [String: Any] {
        let status = ServerStatus(of: server)
        var present: [String: Any] = [
            "text": status.text, "class": status.dashboardClass, "address": server.address,
            "sessions": "\(server.counters.currentSessions)", "total": "\(server.counters.totalSessions)",
            "queue": "\(server.counters.queueCurrent)", "weight": "\(server.weight)",
            "role": server.isBackup ? "backup" : "active",
            "since": DashboardWords.length(milliseconds: Int64(server.counters.secondsSinceLastChange) * 1000),
        ]
        if let check = server.lastCheck {
            let words = [check.status.explanation, check.detail].filter { !$0.isEmpty }.joined(separator: ": ")
            let time = check.durationMilliseconds.map { " in \($0) ms" } ?? ""
            present["check"] = "\(check.status.rawValue)\(time): \(words)"
        }
        return present
    }

    private func lane(_ lane: LaneOutline) -> String {
        let drawing = LaneDrawing(
            span: view.span, words: words, records: view.records, mostMarks: LaneDrawing.mostTold)
        let share = lane.account.availability.map { DashboardWords.percent($0) + " up" } ?? "nothing known"
        return drawing.svg(
            lane, bands: view.bands, page: address, label: "\(view.server.server): \(share) in \(period.title)"
        ).text
    }

    private func uptime(_ uptime: (period: DashboardPeriod, account: Availability)) -> [String: Any] {
        let account = uptime.account
        var row: [String: Any] = [
            "period": uptime.period.title,
            "share": account.availability.map(DashboardWords.percent) ?? "–",
            "down": Self.lengthOrNone(account.downMilliseconds),
            "maint": Self.lengthOrNone(account.maintMilliseconds),
            "unknown": Self.lengthOrNone(account.unknownMilliseconds),
            "soft": account.softFailures > 0 ? "\(account.softFailures)" : "–",
        ]
        if uptime.period == period { row["isChosen"] = true }
        return row
    }

    private static func lengthOrNone(_ milliseconds: Int64) -> String {
        milliseconds > 0 ? DashboardWords.length(milliseconds: milliseconds) : "–"
    }

    // MARK: Charts

    private var sessionChart: [String: Any] {
        let most = view.sessions.map { ChartPoint($0, Double($0.max)) }
        let mean = view.sessions.map { ChartPoint($0, $0.mean ?? Double($0.current)) }
        let top = most.map(\.value).max() ?? 0
        let total = view.sessions.reduce(0) { $0 + $1.total }
        let facts = "at most \(Int(top)) at a time, \(total) in all"
        return [
            "title": "Sessions", "facts": facts, "top": "\(Int(max(top, 1)))", "isEmpty": view.sessions.isEmpty,
            "keys": [["class": "sessions", "text": "most at a time"], ["class": "mean", "text": "mean"]],
            "svg": ChartDrawing(span: view.span).svg(
                [
                    .init(name: "sessions", points: most, isFilled: true),
                    .init(name: "mean", points: mean, isFilled: false),
                ],
                top: top, pixels: 120, label: "Sessions over \(period.title): \(facts)"
            ).text,
        ]
    }

    private var byteChart: [String: Any] {
        func rate(_ bytes: Int64, _ bucket: SessionBucket) -> Double {
            Double(bytes) * 1000 / Double(max(1, bucket.lengthMilliseconds))
        }
        let incoming = view.sessions.map { ChartPoint($0, rate($0.bytesIn, $0)) }
        let outgoing = view.sessions.map { ChartPoint($0, rate($0.bytesOut, $0)) }
        let top = (incoming + outgoing).map(\.value).max() ?? 0
        let (from, to) = view.sessions.reduce((Int64(0), Int64(0))) { ($0.0 + $1.bytesIn, $0.1 + $1.bytesOut) }
        let facts = "\(DashboardWords.bytes(from)) from clients, \(DashboardWords.bytes(to)) to clients"
        return [
            "title": "Bytes a second", "facts": facts, "top": DashboardWords.bytes(Int64(max(top, 1))) + "/s",
            "isEmpty": view.sessions.isEmpty,
            "keys": [["class": "out", "text": "to clients"], ["class": "in", "text": "from clients"]],
            "svg": ChartDrawing(span: view.span).svg(
                [
                    .init(name: "out", points: outgoing, isFilled: true),
                    .init(name: "in", points: incoming, isFilled: false),
                ],
                top: top, pixels: 120, label: "Bytes a second over \(period.title): \(facts)"
            ).text,
        ]
    }

    /// How long checks took; nothing of servers that are not checked, and of times in which that was not counted yet.
    private var checkChart: [String: Any] {
        let buckets = view.sessions.filter { $0.checkTimes != nil }
        let slowest = buckets.map { ChartPoint($0, Double($0.checkTimes?.slowestMicroseconds ?? 0)) }
        let mean = buckets.map { ChartPoint($0, $0.checkTimes?.meanMicroseconds ?? 0) }
        let top = slowest.map(\.value).max() ?? 0
        var all: CheckTimes?
        for times in buckets.compactMap(\.checkTimes) {
            if all == nil { all = times } else { all?.add(times) }
        }
        let facts =
            all.map {
                "\(DashboardWords.count($0.count, "check")), \(DashboardWords.time(microseconds: $0.meanMicroseconds)) on "
                    + "average, \(DashboardWords.time(microseconds: top)) at most"
            } ?? ""
        return [
            "title": "Time of a check", "facts": facts, "top": DashboardWords.time(microseconds: max(top, 1)),
            "isEmpty": buckets.isEmpty,
            "keys": [["class": "checks", "text": "slowest"], ["class": "mean", "text": "mean"]],
            "svg": ChartDrawing(span: view.span).svg(
                [
                    .init(name: "checks", points: slowest, isFilled: true),
                    .init(name: "mean", points: mean, isFilled: false),
                ],
                top: top, pixels: 120, label: "Time of a check over \(period.title): \(facts)"
            ).text,
        ]
    }

    /// How long the checks took that decided, as far as the history has kept it, and the last one.
    private var latency: [String: Any]? {
        let lengths = view.transitions.compactMap { row in
            row.record.at >= view.span.since ? row.record.checkMilliseconds : nil
        }
        let last = view.snapshot?.lastCheck?.durationMilliseconds
        guard !lengths.isEmpty || last != nil else { return nil }
        var latency: [String: Any] = ["count": "\(lengths.count)"]
        latency["last"] = last.map { "\($0) ms" }
        if let least = lengths.min(), let most = lengths.max() {
            let sorted = lengths.sorted()
            (latency["least"], latency["most"]) = ("\(least) ms", "\(most) ms")
            latency["median"] = "\(sorted[sorted.count / 2]) ms"
        }
        return latency
    }

    // MARK: Tables

    private func incident(_ incident: Incident) -> [String: Any] {
        var row: [String: Any] = [
            "at": words.text(incident.at), "state": incident.end.rawValue,
            "class": incident.end == .open ? "down" : incident.end == .recovered ? "up" : "maint",
            "length": DashboardWords.length(milliseconds: incident.durationMilliseconds),
            "servers": incident.servers.joined(separator: ", "),
            "cause": incident.cause.map { TransitionWords($0).cause } ?? "",
        ]
        var traffic: [String] = []
        if incident.wasOnBackup {
            traffic.append(
                "on backup" + (incident.carriers.isEmpty ? "" : " \(incident.carriers.joined(separator: ", "))"))
        }
        if incident.hadNoServer { traffic.append("no server left") }
        if let cut = incident.sessionsCut { traffic.append("\(DashboardWords.count(cut, "session")) ended") }
        row["traffic"] = traffic.joined(separator: "; ")
        return row
    }

    private func transition(_ row: Recorded<TransitionRecord>) -> [String: Any] {
        let record = row.record
        var values: [String: Any] = [
            "id": "t\(row.id)", "at": words.text(record.at), "from": record.from.rawValue, "to": record.to.rawValue,
            "class": StateLook(record.to).name.description,
            "why": [TransitionWords(record).cause, TransitionWords(record).turning].filter { !$0.isEmpty }
                .joined(separator: "; "),
            "traffic": TransitionWords(record).traffic,
            "lasted": record.lastedMilliseconds.map { DashboardWords.length(milliseconds: $0) } ?? "–",
            "check": record.checkMilliseconds.map { "\($0) ms" } ?? "–",
        ]
        if row.id == filter.number { values["isMeant"] = true }
        return values
    }

    /// The states that the list can be narrowed down to.
    private var states: [[String: Any]] {
        ServerState.allCases.map { state in
            var option: [String: Any] = ["name": state.rawValue]
            if state == filter.state { option["isChosen"] = true }
            return option
        }
    }
}
