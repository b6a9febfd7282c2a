import History
import Model
import Testing

@testable import supervise

@Suite("what stands below tables on a terminal")
struct OverviewTests {
    private static let server = ServerIdentity(instance: "shop", proxy: "front", server: "app")

    private func moment(_ milliseconds: Int64) -> Timestamp { Timestamp(millisecondsSinceEpoch: milliseconds) }

    private func lane(_ stretches: [(Int64, Int64, ServerState)], _ until: Int64 = 100) -> StateLane {
        StateLane(
            server: Self.server, since: moment(0), until: moment(until),
            known: stretches.map { StateLane.Stretch(from: moment($0.0), to: moment($0.1), state: $0.2) })
    }

    private func bar(_ stretches: [(Int64, Int64, ServerState)], width: Int = 10) -> String {
        TimelineBar(since: moment(0), until: moment(100), width: width).text(lane(stretches), isColored: false)
    }

    @Test("a bar is proportional to time and has a letter for every state")
    func proportional() {
        #expect(bar([(0, 100, .up)]) == "U▇▇▇▇▇▇▇▇▇")
        #expect(bar([(0, 50, .up), (50, 70, .down), (70, 100, .maint)]) == "U▇▇▇▇D▁M▂▂")
        #expect(bar([(10, 30, .drain), (30, 50, .degraded)]) == "?R▄G▅?····")
        #expect(bar([]) == "?·········")
        #expect(bar([(0, 100, .up)], width: 1) == "U")
    }

    @Test("no outage is too short to be seen, and what is mostly not known does not look known")
    func worstOfAPart() {
        #expect(bar([(0, 44, .up), (44, 45, .down), (45, 100, .up)]) == "U▇▇▇DU▇▇▇▇")
        #expect(bar([(0, 3, .up), (10, 100, .up)]) == "?U▇▇▇▇▇▇▇▇")
        #expect(bar([(0, 3, .down), (10, 100, .up)]) == "DU▇▇▇▇▇▇▇▇")
    }

    @Test("colour adds nothing but colour")
    func colors() {
        let lane = lane([(0, 50, .up), (50, 100, .down)])
        let bar = TimelineBar(since: moment(0), until: moment(100), width: 4)
        #expect(bar.text(lane, isColored: true) == "\u{1B}[32mU▇\u{1B}[0m\u{1B}[31mD▁\u{1B}[0m")
        #expect(bar.text(lane, isColored: false) == "U▇D▁")
    }

    @Test("a period of the whole of time, or of none, draws a bar too")
    func extremes() {
        let ages = Int64.max / 8
        let bar = TimelineBar(since: moment(0), until: moment(ages), width: 3)
        #expect(bar.text(lane([(0, ages, .up)], ages), isColored: false) == "U▇▇")
        let none = TimelineBar(since: moment(5), until: moment(5), width: 3)
        #expect(none.text(lane([]), isColored: false) == "?··")
    }

    @Test("a sparkline is as high as the shares of the greatest number")
    func sparkline() {
        #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7], width: 20) == "▁▂▃▄▅▆▇█")
        #expect(Sparkline.text([0, nil, 0], width: 20) == "▁ ▁")
        #expect(
            Sparkline.text([1, 9, 1, 0, 0, 0], width: 3) == "█▂▁" || Sparkline.text([1, 9, 1, 0], width: 2) == "█▁")
        #expect(Sparkline.text([], width: 3).isEmpty)
        #expect(Sparkline.text([5], width: 0).isEmpty)
        #expect(Sparkline.text([Int.max / 64, 0], width: 2) == "█▁")
    }

    @Test("the summary says transitions, servers, time down and availability")
    func summary() {
        var account = Availability(server: Self.server, since: moment(0), until: moment(400_000))
        account.upMilliseconds = 300_000
        account.downMilliseconds = 100_000
        #expect(
            StateOverview.summary([account], transitions: 2)
                == "2 transitions; 1 server; down 1 m 40 s in all; 75.000 % available")
        account.downMilliseconds = 0
        #expect(
            StateOverview.summary([account, account], transitions: nil) == "2 servers; never down; 100 % available")
        account.upMilliseconds = 0
        #expect(StateOverview.summary([account], transitions: 1) == "1 transition; 1 server; never down")
    }

    @Test("bars are drawn for as many servers as a screen holds, and not on a narrow terminal")
    func overview() {
        let lane = lane([(0, 100, .up)])
        let overview = StateOverview(times: TimeFormat(zone: .gmt), isColored: false, columns: 80)
        let lines = overview.lines([lane], transitions: 1)
        #expect(lines.count == 4)
        #expect(lines[1].hasPrefix("shop/front/app  U▇"))
        #expect(lines[1].count == "shop/front/app".count + 2 + 60)
        #expect(lines[2].contains("U up, D down"))
        #expect(overview.lines(Array(repeating: lane, count: 13), transitions: nil).count == 2)
        let narrow = StateOverview(times: TimeFormat(zone: .gmt), isColored: false, columns: 20)
        #expect(narrow.lines([lane], transitions: 1) == ["", "1 transition; 1 server; never down; 100 % available"])
    }

    @Test("sessions have a sparkline for each subject")
    func sessions() {
        let buckets = [3, 0, 9].enumerated().map { index, most in
            SessionBucket(
                at: moment(Int64(index) * 1000), subject: Self.server, current: 0, max: most, total: 0, bytesIn: 0,
                bytesOut: 0)
        }
        #expect(SessionOverview(columns: 80).lines(buckets) == ["", "shop/front/app  ▃▁█  most 9"])
        #expect(SessionOverview(columns: 80).lines([buckets[0]]).isEmpty, "one moment is no course")
        #expect(SessionOverview(columns: 20).lines(buckets).isEmpty)
    }
}
