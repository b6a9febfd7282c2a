import Configuration
import Foundation
import History
import Model
import Testing

@testable import Monitoring

@Suite("The statistics page")
struct StatisticsPageTests {
    @Test("it looks as reviewed")
    func golden() throws {
        let html = try page().html(of: SnapshotFixtures.everyState, StatisticsView(""))
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/statistics.html")
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
            try Data(html.utf8).write(to: file)
        }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        #expect(html == recorded, "run with RECORD_GOLDEN=1 and review the difference")
    }

    @Test(
        "each state has its row's class",
        arguments: [
            ("up1", "active_up"), ("upbck", "backup_up"), ("down1", "active_down"), ("downbck", "backup_down"),
            ("rising", "active_going_up"), ("falling", "active_going_down"), ("nocheck", "active_no_check"),
            ("maint1", "maintain"), ("drain1", "active_draining"), ("drainfalling", "active_going_down"),
            ("weight0", "active_draining"),
            ("fallingbck", "backup_going_down"), ("risingbck", "backup_going_up"),
        ])
    func rowClasses(server: String, rowClass: String) throws {
        let html = try page().html(of: SnapshotFixtures.everyState, StatisticsView(""))
        #expect(html.contains("<tr class=\"\(rowClass)\"><td class=\"ac\"><a id=\"cluster/\(server)\""))
    }

    @Test("a server that flaps is marked, and no other")
    func flapping() throws {
        let now = Timestamp(millisecondsSinceEpoch: 1_795_359_000_000)
        let flapping = Flapping(changes: (0..<12).map { now.advanced(byMilliseconds: -$0 * 40_000) }, now: now)
        try #require(flapping.isFlapping)
        let server = ServerIdentity(
            instance: SnapshotFixtures.everyState.instance, proxy: "cluster", server: "up1")
        let page = try page()
        let html = page.html(of: SnapshotFixtures.everyState, StatisticsView(""), flapping: [server: flapping])
        let rows = html.split(separator: "\n").filter { $0.contains("flapping") }
        #expect(rows.count == 1 && rows[0].contains("id=\"cluster/up1\""))
        #expect(
            rows[0].contains(" UP, flapping<span class=\"tips\">") && rows[0].contains("changed in 63 % of the last"))
        #expect(!page.html(of: SnapshotFixtures.everyState, StatisticsView("")).contains("flapping"))
    }

    @Test("every row has as many columns as the head")
    func columns() throws {
        for row in StatisticsRow.rows(of: SnapshotFixtures.everyState) {
            let cells = PageRow(row, style: StatisticsStyle()).cells
            #expect(cells.reduce(1) { $0 + $1.span } == 31)
        }
    }

    @Test("names and descriptions cannot smuggle markup in")
    func escaping() throws {
        var snapshot = SnapshotFixtures.everyState
        snapshot.proxies[0].name = "<script>alert(1)</script>"
        snapshot.proxies[0].description = "\"quoted\" & <b>bold</b>"
        snapshot.proxies[0].servers[0].lastCheck?.detail = "<img src=x>"
        var stats = SurfaceFixture.stats
        stats.description = "<i>"
        stats.node = "a&b"
        let html = try page(stats).html(of: snapshot, StatisticsView(";st=DENY?scope=%3Cs"))
        for markup in ["<script", "<b>bold", "<img", "<i>", "a&b", "<s\""] {
            #expect(!html.contains(markup), "\(markup)")
        }
        #expect(html.contains("&lt;script&gt;"))
    }

    @Test("legends, node, description and version are shown as configured")
    func options() throws {
        var stats = SurfaceFixture.stats
        let plain = try page(stats).html(of: SnapshotFixtures.everyState, StatisticsView(""))
        #expect(plain.contains("supervise version 0.1.0"))
        #expect(!plain.contains("127.0.0.1:5672"))
        stats.showsLegends = true
        stats.hidesVersion = true
        stats.node = "rack1"
        stats.description = "Rabbits"
        let full = try page(stats).html(of: SnapshotFixtures.everyState, StatisticsView(""))
        #expect(!full.contains("0.1.0"))
        #expect(full.contains("127.0.0.1:5672, id: 1"))
        #expect(full.contains("balancing: roundrobin"))
        #expect(full.contains("on rack1: Rabbits</h2>"))
        // What the page is about stands in its head alone.
        #expect(full.components(separatedBy: "Rabbits").count == 2)
        #expect(full.contains("cap: proxy, mode: tcp, id: 2"))
    }

    @Test("single protocols have columns of their own where that is configured")
    func modules() throws {
        var stats = SurfaceFixture.stats
        #expect(!(try page(stats).html(of: SnapshotFixtures.everyState, StatisticsView(""))).contains("Extra modules"))
        stats.showsModules = true
        let html = try page(stats).html(of: SnapshotFixtures.everyState, StatisticsView(""))
        #expect(html.contains("<th colspan=\"3\">Extra modules</th></tr>"))
        #expect(html.contains("<th>Thrtle</th><th>ssl</th><th>h2</th><th>h1</th></tr>"))
        #expect(html.contains("<b>Total number of ssl sessions established</b> 0</span>"))
    }

    @Test(
        "of several formats, the one that goes furthest is sent",
        arguments: [
            (";csv", .csv), (";csv;typed", .typed), (";typed;json", .json), (";json;norefresh", .json),
            (";json-schema", .schema), (";norefresh", .page),
        ] as [(String, StatisticsView.Format)])
    func formats(options: String, format: StatisticsView.Format) {
        #expect(StatisticsView(options).format == format)
    }

    @Test(
        "links keep what other links chose",
        arguments: [
            ("", ["/stats;up", "/stats;norefresh", "/stats", "/stats;csv;norefresh", "/stats;json;norefresh"]),
            (";up", ["/stats", "/stats;up;norefresh", "/stats;up", "/stats;csv;norefresh", "/stats;json;norefresh"]),
            (
                ";norefresh",
                ["/stats;up;norefresh", "/stats", "/stats;norefresh", "/stats;csv;norefresh", "/stats;json;norefresh"]
            ),
            (
                ";up;norefresh",
                [
                    "/stats;norefresh", "/stats;up", "/stats;up;norefresh", "/stats;csv;norefresh",
                    "/stats;json;norefresh",
                ]
            ),
        ])
    func links(options: String, expected: [String]) throws {
        let html = try page().html(of: SnapshotFixtures.everyState, StatisticsView(Substring(options)))
        let links = html.split(separator: "\n").filter { $0.hasPrefix("<li><a href=") }
            .map { String($0.split(separator: "\"")[1]) }
        #expect(links == expected)
    }

    @Test("who may change something can choose servers and actions, and nobody else")
    func forms() throws {
        var view = StatisticsView("")
        #expect(!(try page().html(of: SnapshotFixtures.everyState, view)).contains("method=\"post\""))
        view.mayChange = true
        let html = try page().html(of: SnapshotFixtures.everyState, view)
        #expect(html.components(separatedBy: "<form method=\"post\">").count == 2)
        #expect(html.contains("<td><input type=\"checkbox\" name=\"s\" value=\"up1\"></td>"))
        #expect(html.contains("<input type=\"hidden\" name=\"b\" value=\"#2\">"))
        for action in ServerForm.Action.allCases {
            #expect(html.contains("<option value=\"\(action.rawValue)\">\(action.title)</option>"))
        }
    }

    @Test("what became of a form is told", arguments: FormOutcome.allCases)
    func outcomes(outcome: FormOutcome) throws {
        let html = try page().html(of: SnapshotFixtures.everyState, StatisticsView(";st=\(outcome.rawValue)"))
        #expect(html.contains("<p class=\"outcome \(outcome.rowClass)\">"))
        // Up to an apostrophe, which is escaped.
        #expect(html.contains("<b>\(outcome.text.prefix { $0 != "'" })"))
    }

    @Test("a scope shows the proxies whose names contain it")
    func scope() throws {
        let html = try page().html(of: SnapshotFixtures.everyState, StatisticsView("?scope=monitor"))
        #expect(html.contains("id=\"private_monitoring\""))
        #expect(!html.contains("id=\"cluster\""))
    }

    @Test(
        "spans of time use the two largest units",
        arguments: [(59, "59s"), (232, "3m52s"), (3840, "1h4m"), (183_600, "2d3h")])
    func spans(seconds: Int, text: String) {
        #expect(UptimeText.short(seconds: seconds) == text)
    }

    @Test("the descriptor limit is read from the kernel's table")
    func descriptorLimit() {
        let text = "Limit  Soft  Hard\nMax open files            8224                 524288               files\n"
        #expect(ProcessInformation.descriptorLimit(in: Data(text.utf8)) == 8224)
        #expect(ProcessInformation.descriptorLimit(in: nil) == 0)
        #expect(ProcessInformation(version: "0").descriptorLimit > 0)
    }

    private func page(_ stats: StatsConfiguration = SurfaceFixture.stats) throws -> StatisticsPage {
        var process = ProcessInformation(version: "0.1.0")
        (process.processID, process.descriptorLimit, process.node) = (4711, 8224, "vm")
        return try StatisticsPage(configuration: stats, process: process)
    }
}

extension SnapshotFixtures {
    /// A proxy with a server in each state, and the statistics' own proxy.
    static var everyState: InstanceSnapshot {
        var snapshot = warrenOnBackup
        snapshot.instance = "cluster"
        snapshot.bytesOutRate = 84_544
        var proxy = snapshot.proxies[0]
        proxy.name = "cluster"
        proxy.description = "all states"
        proxy.servers = states.enumerated().map { index, change in
            var server = ServerSnapshot(name: change.name, id: index + 1, address: "127.0.0.1:5672")
            (server.isChecked, server.rise, server.fall, server.health) = (true, 2, 3, 4)
            server.lastCheck = CheckResult(status: .layer4OK, durationMilliseconds: 1)
            server.counters.secondsSinceLastChange = 3960
            server.isBackup = change.name.hasSuffix("bck")
            change.apply(&server)
            return server
        }
        snapshot.proxies[0] = proxy
        return snapshot
    }

    private static var states: [(name: String, apply: (inout ServerSnapshot) -> Void)] {
        let refused = CheckResult(status: .layer4Error, detail: "Connection refused")
        let down: (inout ServerSnapshot) -> Void = {
            ($0.operational, $0.health, $0.lastCheck, $0.counters.downSeconds) = (.down, 0, refused, 75)
        }
        return [
            ("up1", { server in server.counters = rabbitBackup.counters }), ("upbck", { _ in }), ("down1", down),
            ("downbck", down),
            ("rising", { server in (server.operational, server.health) = (.down, 1) }),
            ("risingbck", { server in (server.operational, server.health) = (.down, 1) }),
            ("falling", { server in (server.health, server.lastCheck, server.isChecking) = (3, refused, true) }),
            ("fallingbck", { server in (server.health, server.lastCheck) = (2, refused) }),
            ("nocheck", { server in (server.isChecked, server.lastCheck, server.sessionLimit) = (false, nil, 10) }),
            ("maint1", { server in server.administrative = .maint }),
            ("drain1", { server in server.administrative = .drain }),
            ("drainfalling", { server in (server.administrative, server.health) = (.drain, 3) }),
            ("weight0", { server in server.weight = 0 }),
            (
                "http",
                { server in server.lastCheck = CheckResult(status: .layer7Error, code: 503, durationMilliseconds: 12) }
            ),
        ]
    }
}
