import Foundation
import History
import Model
import Supervision
import Testing

@testable import Monitoring

@Suite("The dashboard's pages")
struct DashboardPageTests {
    @Test("the overview looks as reviewed")
    func overview() throws {
        try expect(html(DashboardFixtures.overview), named: "dashboard-overview.html")
    }

    @Test("a server's page looks as reviewed")
    func server() throws {
        let page = ServerPage(
            view: DashboardFixtures.server, period: .day, filter: .init(), words: DashboardFixtures.words)
        try expect(DashboardPages().html(page.context, version: "0.1.0"), named: "dashboard-server.html")
    }

    @Test("names, reasons and details cannot smuggle markup in", arguments: DashboardFixtures.hostileNames)
    func escaping(name: String) throws {
        let overview = html(DashboardFixtures.overview(named: name))
        let page = ServerPage(
            view: DashboardFixtures.server(named: name), period: .day, filter: .init(), words: DashboardFixtures.words)
        let server = DashboardPages().html(page.context, version: "0.1.0")
        let events = DashboardPages().html(
            EventsPage(
                instance: name,
                events: [
                    EventRecord(at: DashboardFixtures.now, instance: name, kind: .drain, reason: name, detail: name)
                ],
                words: DashboardFixtures.words, now: DashboardFixtures.now
            ).context, version: name)
        for html in [overview, server, events] {
            #expect(!html.contains(name))
            // The templates' own elements are all that there are.
            #expect(!html.contains("<img") && !html.contains("<svg onload") && !html.contains("<script>"))
            #expect(html.components(separatedBy: "<script").count == 2)
        }
        #expect(
            DashboardAddressing.page(of: ServerIdentity(instance: name, proxy: name, server: name)).count(where: {
                $0 == "/"
            }) == 4)
    }

    @Test("a part of a lane is as wide as its share of the time, and no outage is too narrow to be seen")
    func widths() throws {
        let span = DashboardSpan(.day, now: DashboardFixtures.now)
        let hour: Int64 = 3_600_000
        let lane = LaneOutline(
            server: DashboardFixtures.rabbit, since: span.since, until: span.until,
            known: [
                .init(from: span.since, to: span.since.advanced(byMilliseconds: 6 * hour), content: .state(.up)),
                .init(
                    from: span.since.advanced(byMilliseconds: 6 * hour),
                    to: span.since.advanced(byMilliseconds: 9 * hour), content: .state(.down)),
                .init(
                    from: span.since.advanced(byMilliseconds: 12 * hour),
                    to: span.since.advanced(byMilliseconds: 12 * hour + 1000), content: .state(.maint)),
            ], finestMilliseconds: 1000)
        let svg = LaneDrawing(span: span, words: DashboardFixtures.words, records: [:], mostMarks: 60)
            .svg(lane, bands: [], page: "/p", label: "l").text
        #expect(svg.contains("<rect class=\"up\" y=\"7\" height=\"12\" x=\"0%\" width=\"25%\" data-state=\"UP\">"))
        #expect(
            svg.contains("<rect class=\"down\" y=\"1\" height=\"24\" x=\"25%\" width=\"12.500%\" data-state=\"DOWN\">"))
        #expect(svg.contains("x=\"50%\" width=\"0.220%\" data-state=\"MAINT\">"))
        #expect(svg.contains("<title>DOWN 2026-11-22 20:00:00 – 23:00:00 (3 h)</title>"))
        // The letter is where it has room.
        #expect(svg.contains(">D</text>") && !svg.contains(">M</text>"))
    }

    @Test(
        "a lane shows when its server was going up or down, up to the moment at which its state followed, and until now"
    )
    func turnings() throws {
        let span = DashboardSpan(.day, now: DashboardFixtures.now)
        let hour: Int64 = 3_600_000
        func at(_ hours: Int64) -> Timestamp { span.since.advanced(byMilliseconds: hours * hour) }
        var lane = LaneOutline(
            server: DashboardFixtures.rabbit, since: span.since, until: span.until,
            known: [
                .init(from: at(0), to: at(6), content: .state(.up)),
                .init(from: at(6), to: at(12), content: .state(.down)),
                .init(from: at(12), to: at(24), content: .state(.up)),
            ], finestMilliseconds: 1000)
        lane.turnings = [
            .init(from: at(3), to: at(6), isRising: false),
            .init(from: at(12).advanced(byMilliseconds: -1000), to: at(12), isRising: true),
        ]
        var server = ServerSnapshot(name: "rabbit", id: 1, address: "127.0.0.1:1")
        server.turningMilliseconds = 6 * hour
        let drawing = LaneDrawing(span: span, words: DashboardFixtures.words, records: [:], mostMarks: 60)
        let svg = drawing.svg(lane.adding(server), bands: [], page: "/p", label: "l").text
        let place = "<rect fill=\"url(#p-turning)\" y=\"3\" height=\"20\" "
        #expect(svg.contains(place + "x=\"12.500%\" width=\"12.500%\" data-turning=\"down\"><title>going down "))
        #expect(svg.contains(place + "x=\"49.880%\" width=\"0.120%\" data-turning=\"up\"><title>going up "))
        #expect(svg.contains(place + "x=\"75%\" width=\"25%\" data-turning=\"down\">"))
        #expect(svg.contains("(3 h): checks failed, and it was not down yet</title>"))
        // The states are as wide as they were.
        #expect(svg.contains("x=\"25%\" width=\"25%\" data-state=\"DOWN\">"))
        server.administrative = .maint
        #expect(lane.adding(server) == lane, "in maintenance nothing is checked")
    }

    @Test(
        "the time of a check is told in its largest unit",
        arguments: [
            (0, "0 µs"), (340.4, "340 µs"), (999.4, "999 µs"), (1234, "1.2 ms"), (9990, "9.9 ms"), (12_345, "12 ms"),
            (3_456_000, "3456 ms"), (12_000_000, "12 s"),
        ])
    func checkTime(microseconds: Double, text: String) {
        #expect(DashboardWords.time(microseconds: microseconds) == text)
    }

    @Test("a lane with many parts tells the longest, and is drawn with a few paths")
    func crowdedLane() {
        let span = DashboardSpan(.day, now: DashboardFixtures.now)
        let known = (0..<400).map { index in
            LaneOutline.Part(
                from: span.since.advanced(byMilliseconds: Int64(index) * 200_000),
                to: span.since.advanced(byMilliseconds: Int64(index + 1) * 200_000),
                content: .state(index.isMultiple(of: 2) ? .up : .down))
        }
        let lane = LaneOutline(
            server: DashboardFixtures.rabbit, since: span.since, until: span.until, known: known, finestMilliseconds: 1)
        let drawing = LaneDrawing(span: span, words: DashboardFixtures.words, records: [:], mostMarks: 7)
        let svg = drawing.svg(lane, bands: [], page: "/p", label: "l").text
        #expect(svg.components(separatedBy: "<a class=\"mark\"").count == 8)
        #expect(svg.components(separatedBy: "<path").count == 3)
    }

    @Test("the axis has marks at whole hours and days of the reader's clock")
    func axis() throws {
        let words = DashboardWords(zone: try #require(TimeZone(secondsFromGMT: 19_800)))
        let axis = AxisDrawing(span: DashboardSpan(.day, now: DashboardFixtures.now), period: .day, words: words)
        #expect(axis.ticks.count == 8)
        #expect(axis.ticks.allSatisfy { words.civil($0).hour % 3 == 0 && words.civil($0).minute == 0 })
        let days = AxisDrawing(span: DashboardSpan(.week, now: DashboardFixtures.now), period: .week, words: words)
        #expect(days.ticks.count == 7)
        #expect(days.ticks.allSatisfy { words.civil($0).timeText == "00:00:00" })
    }

    @Test("a chart's line breaks where nothing was counted")
    func pieces() {
        let points = [Int64(0), 1, 2, 10, 11].map { index in
            var bucket = SessionBucket(
                at: Timestamp(millisecondsSinceEpoch: index * 60_000), subject: DashboardFixtures.rabbit, current: 1,
                max: 1, total: 1, bytesIn: 0, bytesOut: 0)
            bucket.lengthMilliseconds = 60_000
            return ChartPoint(bucket, 1)
        }
        #expect(ChartDrawing.pieces(points).map(\.count) == [3, 2])
        #expect(ChartDrawing.pieces([]).isEmpty)
    }

    @Test(
        "lengths of time take two units, and none that is nothing",
        arguments: [
            (0, "0 ms"), (999, "999 ms"), (1500, "1.5 s"), (59_999, "59 s"), (720_000, "12 min"),
            (3_599_000, "59 min 59 s"), (3_660_000, "1 h 1 min"), (90_000_000, "1 d 1 h"), (-5, "0 ms"),
        ])
    func lengths(milliseconds: Int64, text: String) {
        #expect(DashboardWords.length(milliseconds: milliseconds) == text)
    }

    @Test("only what is whole reads 100 %")
    func percents() {
        #expect(DashboardWords.percent(1) == "100 %")
        #expect(DashboardWords.percent(0.999_999_9) == "99.999 %")
        #expect(DashboardWords.percent(0.000_01) == "0.001 %")
    }

    private func html(_ overview: DashboardSource.Overview) -> String {
        let page = OverviewPage(overview: overview, period: .day, words: DashboardFixtures.words)
        return DashboardPages().html(page.context, version: "0.1.0")
    }

    private func expect(_ html: String, named name: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil { try Data(html.utf8).write(to: file) }
        let recorded = try String(contentsOf: file, encoding: .utf8)
        #expect(html == recorded, "run with RECORD_GOLDEN=1 and review the difference")
    }
}
