import Foundation
import Model
import Monitoring
import Testing

@testable import supervise

@Suite("formats")
struct FormatTests {
    @Test("a table's columns line up, numbers at their end, without blanks at the end of a line")
    func table() {
        var table = Table([
            Table.Column(title: "SERVER"), Table.Column(title: "SESSIONS", isNumeric: true), Table.Column(title: "WHY"),
        ])
        let lines = table.lines([["rabbit", "12", ""], ["rabbit_backup", "3", "L4CON"]])
        #expect(table.header == "SERVER         SESSIONS  WHY")
        #expect(lines == ["rabbit               12", "rabbit_backup         3  L4CON"])
    }

    @Test("rows that come later line up with the earlier ones")
    func laterRows() {
        var table = Table([Table.Column(title: "A"), Table.Column(title: "B")])
        #expect(table.lines([["long one", "x"]]) == ["long one  x"])
        #expect(table.lines([["short", "y"]]) == ["short     y"])
    }

    @Test("colours do not move columns")
    func colors() {
        var table = Table([Table.Column(title: "STATE"), Table.Column(title: "N")], isColored: true)
        let lines = table.lines([[Table.Cell("RUNNING", color: .green), "1"], ["FATAL", "2"]])
        #expect(lines == ["\u{1B}[32mRUNNING\u{1B}[0m  1", "FATAL    2"])
    }

    @Test("text from outside cannot steer the terminal")
    func controlCharacters() {
        #expect(Table.Cell("a\u{1B}[2Jb\nc\u{9B}d").text == "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d")
    }

    @Test("CSV quotes what needs it, and leaves absent values empty")
    func csv() {
        let row = Row([
            JSON.Field("a", .string("x,y")), JSON.Field("b", .string("say \"no\"\r\n")), JSON.Field("c", .null),
            JSON.Field("d", .integer(3)), JSON.Field("e", .array([.string("one"), .string("two")])),
            JSON.Field("f", .string("plain")), JSON.Field("g", .boolean(true)),
        ])
        #expect(CSV.line(row) == "\"x,y\",\"say \"\"no\"\"\r\n\",,3,one two,plain,true\r\n")
        #expect(CSV.header(["at", "server"]) == "at,server\r\n")
    }

    @Test(
        "lengths of time are told in their two largest units",
        arguments: [
            (-5, "0 ms"), (0, "0 ms"), (999, "999 ms"), (1000, "1.0 s"), (9_999, "9.9 s"), (10_000, "10 s"),
            (59_999, "59 s"), (60_000, "1 m 0 s"), (192_000, "3 m 12 s"), (3_600_000, "1 h 0 m"),
            (86_399_999, "23 h 59 m"), (86_400_000, "1 d 0 h"), (34_300_800_000, "397 d 0 h"),
        ])
    func durations(milliseconds: Int64, text: String) {
        #expect(DurationFormat.text(milliseconds: milliseconds) == text)
    }

    @Test(
        "bytes are told in decimal units",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1_234_567, "1.2 MB"), (999_999, "999.9 kB"),
            (5_000_000_000, "5.0 GB"), (Int64.max, "9 EB"),
        ])
    func bytes(count: Int64, text: String) {
        #expect(ByteFormat.text(count) == text)
    }

    @Test(
        "only a whole share reads 100 %",
        arguments: [(1, "100 %"), (0.999_999_9, "99.999 %"), (0.5, "50.000 %"), (0, "0.000 %"), (0.012_34, "1.234 %")])
    func percents(share: Double, text: String) {
        #expect(PercentFormat.text(share) == text)
    }

    @Test("a moment is shown in local time with its offset, over a change of clocks")
    func times() throws {
        let format = TimeFormat(zone: try #require(TimeZone(identifier: "Europe/Berlin")))
        let summer = try #require(RFC3339.parse("2026-07-01T12:00:00Z"))
        let winter = try #require(RFC3339.parse("2026-11-22T12:00:00Z"))
        #expect(format.text(summer) == "2026-07-01 14:00:00 +02:00")
        #expect(format.text(winter) == "2026-11-22 13:00:00 +01:00")
        let west = TimeFormat(zone: try #require(TimeZone(secondsFromGMT: -12_600)))
        #expect(west.text(winter) == "2026-11-22 08:30:00 -03:30")
    }

    @Test(
        "a local time is found again, also around a change of clocks",
        arguments: [
            ("2026-03-29", "01:59", "2026-03-29T00:59:00Z"), ("2026-03-29", "03:00", "2026-03-29T01:00:00Z"),
            ("2026-03-29", "02:30", "2026-03-29T01:30:00Z"), ("2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
            ("2026-10-25", "03:00", "2026-10-25T02:00:00Z"), ("2026-07-01", "00:00", "2026-06-30T22:00:00Z"),
        ])
    func localTimes(date: String, time: String, moment: String) throws {
        let format = TimeFormat(zone: try #require(TimeZone(identifier: "Europe/Berlin")))
        let civil = try #require(CivilTime(date: date, time: time))
        #expect(format.moment(civil) == RFC3339.parse(moment))
    }

    @Test("a transition's row says what stands out")
    func transition() {
        let server = ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: "rabbit")
        var record = TransitionRecord(at: Timestamp(millisecondsSinceEpoch: 0), server: server, from: .up, to: .down)
        record.status = .layer4Error
        record.detail = "Connection refused"
        record.sessions = 4
        record.backupServers = 1
        #expect(HistoryCells.why(record) == "L4CON: Connection refused; 4 sessions; on backup")
        record.carriers = ["spare", "rabbit2"]
        record.sessionsCut = 3
        #expect(
            HistoryCells.why(record) == "L4CON: Connection refused; 4 sessions, 3 cut; on backup (spare, rabbit2)")
        (record.carriers, record.sessionsCut) = ([], nil)
        record.sessions = 1
        record.backupServers = 0
        #expect(HistoryCells.why(record) == "L4CON: Connection refused; 1 session; no server left")
        record.activeServers = 2
        record.sessions = 0
        record.code = 503
        record.detail = ""
        #expect(HistoryCells.why(record) == "L4CON/503")
        record.actor = "uid 0 (root)"
        record.reason = "kernel update"
        #expect(HistoryCells.why(record) == "uid 0 (root): kernel update")
        record.sessionsCut = 2
        #expect(HistoryCells.why(record) == "uid 0 (root): kernel update; 2 cut")
    }
}
