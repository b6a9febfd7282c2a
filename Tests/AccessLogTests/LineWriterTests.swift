import Model
import Testing

@testable import AccessLog

@Suite("formats of log targets")
struct LineWriterTests {
    private static let now = localTime(2026, 11, 2, 13, 5, 32, milliseconds: 284)

    /// The zone in which the tests run, as RFC 5424 writes it.
    private static let zone: String = {
        var line = LineBuffer(capacity: 64)
        var dates = LogDates()
        dates.appendISO(of: now, to: &line)
        return String(decoding: line.bytes.suffix(6), as: UTF8.self)
    }()

    private func written(
        _ format: LogTarget.Format, length: Int = 1_024, hostName: String? = nil, level: LogLevel = .info,
        _ lines: String...
    ) -> [String] {
        let writer = LineWriter(
            LineWriter.Form(format: format, length: length, tag: "my tag", processID: 42, hostName: hostName))
        return lines.enumerated().map { number, text in
            writer.write(TextLogLine(level: level, text: text), number: number + 1, at: Self.now)
            return writer.withLine(facility: .local0, level: level) { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test("each format has HAProxy's header")
    func headers() {
        #expect(written(.local, "x") == ["<134>Nov  2 13:05:32 my tag[42]: x\n"])
        #expect(written(.rfc3164, "x") == ["<134>Nov  2 13:05:32 localhost my tag[42]: x\n"])
        #expect(written(.rfc3164, hostName: "lb", "x") == ["<134>Nov  2 13:05:32 lb my tag[42]: x\n"])
        #expect(written(.local, hostName: "lb", "x") == ["<134>Nov  2 13:05:32 my tag[42]: x\n"])
        let date = "2026-11-02T13:05:32.284000\(Self.zone)"
        #expect(written(.rfc5424, "x") == ["<134>1 \(date) - my tag 42 - - x\n"])
        #expect(written(.rfc5424, hostName: "lb", "x") == ["<134>1 \(date) lb my tag 42 - - x\n"])
        #expect(written(.priority, "x") == ["<134>x\n"])
        #expect(written(.short, level: .err, "x") == ["<3>x\n"])
        #expect(written(.timed, "x") == ["<6>\(date) x\n"])
        #expect(written(.iso, "x") == ["\(date) x\n"])
        #expect(written(.raw, "x", "yz") == ["x\n", "yz\n"])
    }

    @Test(
        "a line is cut at its length, header and priority included, line end not", arguments: LogTarget.Format.allCases)
    func length(format: LogTarget.Format) {
        let lines = written(format, length: 80, String(repeating: "a", count: 200), "short")
        #expect(lines[0].utf8.count == 81)
        #expect(lines[0].hasSuffix("a\n"))
        #expect(lines[1].hasSuffix("short\n"))
    }

    @Test("the same line for targets with priorities of other lengths")
    func cutTwice() {
        let writer = LineWriter(LineWriter.Form(format: .priority, length: 80, tag: "t", processID: 1, hostName: nil))
        let text = String((0..<100).map { Character(UnicodeScalar(UInt8(65 + $0 % 26))) })
        writer.write(TextLogLine(level: .info, text: text), number: 1, at: Self.now)
        for facility in [LogFacility.local0, .kern, .local7] {
            let line = writer.withLine(facility: facility, level: .info) { String(decoding: $0, as: UTF8.self) }
            let priority = "<\(facility.rawValue * 8 + 6)>"
            #expect(line == priority + text.prefix(80 - priority.count) + "\n")
        }
    }

    @Test("structured data stand before the text, and only where the format has a place for them")
    func structuredData() {
        let session = SessionLogRecord(
            client: .unix(listener: 1), acceptedAt: Self.now, frontend: "front", backend: "back")
        let details = SessionLogDetails(processID: 1, loggedAt: Self.now, hostName: "vm")
        let data = TemplateLogRecord(
            template: LogTemplate([.text("[x@1 f="), .variable(.frontend, .quoted), .text("]")]), session: session,
            details: details)
        let line = StructuredLogLine(TextLogLine(level: .info, text: "x"), data: data)
        for (format, expected) in [(LogTarget.Format.rfc5424, "t 1 - [x@1 f=\"front\"] x\n"), (.priority, "<134>x\n")] {
            let writer = LineWriter(
                LineWriter.Form(format: format, length: 1_024, tag: "t", processID: 1, hostName: nil))
            writer.write(line, number: 1, at: Self.now)
            #expect(
                writer.withLine(facility: .local0, level: .info) { String(decoding: $0, as: UTF8.self) }
                    .hasSuffix(expected))
        }
    }

    @Test("a choice of lines takes its places of each period, counted for each target")
    func sampling() throws {
        let (all, some) = (try SyslogReceiver(), try SyslogReceiver())
        let sender = LogSender(tag: "t", processID: 1)
        var choice = LogTarget(destination: some.destination, facility: .local0, level: .info)
        choice.format = .raw
        choice.sampling = LogTarget.Sampling(ranges: [1...2, 4...4], period: 5)
        let route = sender.route(to: [choice, LogTarget(destination: all.destination, facility: .local0)])
        for number in 1...12 {
            sender.send(TextLogLine(level: .info, text: "\(number)"), along: route, at: Self.now)
            // What its level keeps away doesn't count.
            sender.send(TextLogLine(level: .debug, text: "debug"), along: route, at: Self.now)
        }
        let taken = try (0..<8).map { _ in try some.next() }
        #expect(taken == ["1\n", "2\n", "4\n", "6\n", "7\n", "9\n", "11\n", "12\n"])
        #expect(try (0..<24).map { _ in try all.next() }.count == 24)
        #expect(sender.droppedLines == 0)
    }

    @Test("a proxy's lines have its own tag")
    func tags() throws {
        let receiver = try SyslogReceiver()
        let sender = LogSender(tag: "common", processID: 1)
        let target = LogTarget(destination: receiver.destination, facility: .local0)
        for route in [sender.route(to: [target]), sender.route(to: [target], tag: "own")] {
            sender.send(TextLogLine(level: .info, text: "x"), along: route, at: Self.now)
        }
        #expect(try receiver.next().hasSuffix(" common[1]: x\n"))
        #expect(try receiver.next().hasSuffix(" own[1]: x\n"))
    }
}
