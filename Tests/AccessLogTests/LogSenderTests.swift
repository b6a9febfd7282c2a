import EventLoop
import Glibc
import Model
import Testing

@testable import AccessLog

@Suite("LogSender")
struct LogSenderTests {
    static let now = localTime(2026, 11, 2, 13, 5, 32, milliseconds: 284)

    private func info(_ text: String) -> TextLogLine { TextLogLine(level: .info, text: text) }

    @Test("a datagram is priority, date, tag with process, line, line end")
    func datagram() throws {
        let receiver = try SyslogReceiver()
        let sender = LogSender(tag: "haproxy", processID: 4281)
        let route = sender.route(to: [LogTarget(destination: receiver.destination, facility: .local0, level: .info)])
        sender.send(info("hello"), along: route, at: Self.now)
        #expect(try receiver.next() == "<134>Nov  2 13:05:32 haproxy[4281]: hello\n")
        sender.send(info("next second"), along: route, at: Self.now.advanced(byMilliseconds: 1_000))
        #expect(try receiver.next() == "<134>Nov  2 13:05:33 haproxy[4281]: next second\n")
        sender.send(info("and back"), along: route, at: Self.now)
        #expect(try receiver.next() == "<134>Nov  2 13:05:32 haproxy[4281]: and back\n")
        #expect(sender.droppedLines == 0)
    }

    @Test("each target has its facility, and priorities of every length fit")
    func facilities() throws {
        let receiver = try SyslogReceiver()
        let sender = LogSender(tag: "t", processID: 1)
        let route = sender.route(
            to: [LogFacility.kern, .user, .local7].map { LogTarget(destination: receiver.destination, facility: $0) })
        sender.send(info("x"), along: route, at: Self.now)
        let datagrams = try (0..<3).map { _ in try receiver.next() }
        #expect(
            datagrams == [
                "<6>Nov  2 13:05:32 t[1]: x\n", "<14>Nov  2 13:05:32 t[1]: x\n", "<190>Nov  2 13:05:32 t[1]: x\n",
            ])
    }

    @Test("a target gets nothing below its level, and nothing above its minimum level as such")
    func levels() throws {
        let receiver = try SyslogReceiver()
        let sender = LogSender(tag: "t", processID: 1)
        let route = sender.route(to: [
            LogTarget(destination: receiver.destination, facility: .kern, level: .notice, minimumLevel: .err)
        ])
        for level in LogLevel.allCases {
            sender.send(TextLogLine(level: level, text: level.name), along: route, at: Self.now)
        }
        sender.send(TextLogLine(level: .emerg, text: "end"), along: route, at: Self.now)
        var lines: [String] = []
        while lines.last?.hasSuffix("end\n") != true { lines.append(try receiver.next()) }
        let words = lines.map { $0.prefix(3) + " " + $0.dropFirst(25).dropLast() }
        #expect(words == ["<3> emerg", "<3> alert", "<3> crit", "<3> err", "<4> warning", "<5> notice", "<3> end"])
    }

    @Test("a sender that batches holds lines back until it is flushed, and keeps their order")
    func batching() throws {
        let receiver = try SyslogReceiver()
        let sender = LogSender(tag: "t", processID: 1, isBatching: true)
        let route = sender.route(to: [LogTarget(destination: receiver.destination, facility: .kern)])
        for number in 0..<3 { sender.send(info("line \(number)"), along: route, at: Self.now) }
        #expect(receiver.waiting() == "")
        sender.flush()
        let lines = try (0..<3).map { _ in try receiver.next() }
        #expect(lines == (0..<3).map { "<6>Nov  2 13:05:32 t[1]: line \($0)\n" })
        sender.flush()
        #expect(receiver.waiting() == "")
    }

    @Test("more lines than a batch holds leave before the flush, none is lost")
    func fullBatch() throws {
        let receiver = try SyslogReceiver()
        let sender = LogSender(tag: "t", processID: 1, isBatching: true)
        let route = sender.route(to: [LogTarget(destination: receiver.destination, facility: .kern)])
        var lines: [String] = []
        for number in 0..<200 {
            sender.send(info("line \(number)"), along: route, at: Self.now)
            while case let line = receiver.waiting(), !line.isEmpty { lines.append(line) }
        }
        #expect((1..<200).contains(lines.count))
        sender.flush()
        while lines.count < 200 { lines.append(try receiver.next()) }
        #expect(lines == (0..<200).map { "<6>Nov  2 13:05:32 t[1]: line \($0)\n" })
        #expect(sender.droppedLines == 0)
    }

    @Test("a batch for a receiver that has gone is lost and counted line by line")
    func batchWithoutReceiver() throws {
        let path = "/tmp/supervise-log-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let sender = LogSender(tag: "t", processID: 1, isBatching: true)
        let route = sender.route(to: [LogTarget(destination: .unixDatagram(path: path), facility: .kern)])
        for number in 0..<5 { sender.send(info("line \(number)"), along: route, at: Self.now) }
        sender.flush()
        #expect(sender.droppedLines == 5)
        let receiver = try SyslogReceiver(path: path)
        defer { unlink(path) }
        sender.send(info("back"), along: route, at: Self.now)
        sender.send(info("again"), along: route, at: Self.now)
        sender.flush()
        #expect(try receiver.next() == "<6>Nov  2 13:05:32 t[1]: back\n")
        #expect(try receiver.next() == "<6>Nov  2 13:05:32 t[1]: again\n")
        #expect(sender.droppedLines == 5)
    }

    @Test("equal targets count once, and different routes share their receivers")
    func duplicates() throws {
        let receiver = try SyslogReceiver()
        let sender = LogSender(tag: "t", processID: 1)
        let target = LogTarget(destination: receiver.destination, facility: .local0)
        let first = sender.route(to: [target, target])
        let second = sender.route(to: [target])
        sender.send(info("a"), along: first, at: Self.now)
        sender.send(info("b"), along: second, at: Self.now)
        #expect(try receiver.next().hasSuffix(" a\n"))
        #expect(try receiver.next().hasSuffix(" b\n"))
        #expect(sender.route(to: []).isEmpty)
    }

    @Test("a line that is too long is cut off, and still ends")
    func tooLong() throws {
        let receiver = try SyslogReceiver()
        let sender = LogSender(tag: "t", processID: 1)
        let route = sender.route(to: [LogTarget(destination: receiver.destination, facility: .local0)])
        sender.send(info(String(repeating: "x", count: 5_000)), along: route, at: Self.now)
        let long = try receiver.next()
        #expect(long.utf8.count == LogTarget.defaultLength + 1)
        #expect(long.hasSuffix("x\n"))
        sender.send(info("short"), along: route, at: Self.now)
        #expect(try receiver.next().hasSuffix(": short\n"))
    }

    @Test("a daemon that is away costs its lines and nothing else, and is found again when it returns")
    func away() throws {
        let path = "/tmp/supervise-log-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
        defer { unlink(path) }
        let sender = LogSender(tag: "t", processID: 1)
        let route = sender.route(to: [LogTarget(destination: .unixDatagram(path: path), facility: .local0)])
        sender.send(info("lost"), along: route, at: Self.now)
        #expect(sender.droppedLines == 1)
        for round in ["first", "second"] {
            let daemon = try SyslogReceiver(path: path)
            sender.send(info(round), along: route, at: Self.now)
            #expect(try daemon.next().hasSuffix(": \(round)\n"))
            unlink(path)
        }
        #expect(sender.droppedLines == 1)
    }

    @Test("a daemon that does not read loses lines, and never makes the sender wait")
    func full() throws {
        let path = "/tmp/supervise-log-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
        defer { unlink(path) }
        let daemon = try SyslogReceiver(path: path)
        let sender = LogSender(tag: "t", processID: 1)
        let route = sender.route(to: [LogTarget(destination: daemon.destination, facility: .local0)])
        // A Unix datagram queue holds net.unix.max_dgram_qlen datagrams, some hundreds at the most.
        for number in 0..<10_000 { sender.send(info("\(number)"), along: route, at: Self.now) }
        #expect(sender.droppedLines > 0)
        var received = 0
        while !daemon.waiting().isEmpty { received += 1 }
        #expect(received + sender.droppedLines == 10_000)
    }

    @Test("a pipe that nobody reads or that is closed costs lines only")
    func pipes() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let sender = LogSender(tag: "t", processID: 1)
        let route = sender.route(to: [LogTarget(destination: .fileDescriptor(ends[1]), facility: .daemon)])
        sender.send(info("hello"), along: route, at: Self.now)
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = read(ends[0], &bytes, bytes.count)
        #expect(String(decoding: bytes[..<max(count, 0)], as: UTF8.self) == "<30>Nov  2 13:05:32 t[1]: hello\n")
        for _ in 0..<10_000 { sender.send(info("a pipe holds 64 KiB"), along: route, at: Self.now) }
        #expect(sender.droppedLines > 0)
        close(ends[0])
        let before = sender.droppedLines
        sender.send(info("nobody"), along: route, at: Self.now)
        #expect(sender.droppedLines == before + 1)
        close(ends[1])
    }

    @Test("a host that is known by its name alone loses its lines until it has an address", arguments: [false, true])
    func unresolved(isBatching: Bool) throws {
        let receiver = try SyslogReceiver()
        guard case .udp(let address, let port) = receiver.destination,
            case .ip(let endpoint)? = SocketAddress(ip: address, port: 1)
        else {
            Issue.record("the receiver listens over UDP")
            return
        }
        let sender = LogSender(tag: "t", processID: 1, isBatching: isBatching)
        let route = sender.route(to: [LogTarget(destination: .udp(host: "log.example", port: port), facility: .local0)])
        sender.send(info("lost"), along: route, at: Self.now)
        sender.locate("other.example", at: endpoint)
        sender.send(info("lost, too"), along: route, at: Self.now)
        #expect(sender.droppedLines == 2)
        sender.locate("log.example", at: endpoint)
        sender.send(info("found"), along: route, at: Self.now)
        sender.flush()
        #expect(try receiver.next().hasSuffix(": found\n"))
        #expect(sender.droppedLines == 2)
    }
}
