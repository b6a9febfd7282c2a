import Model
import Synchronization
import Testing

@testable import AccessLog

@Suite("Rings of log lines")
struct LogRingTests {
    private func ring(size: Int) -> LogRing {
        var configuration = LogRingConfiguration(name: "r")
        configuration.size = size
        return LogRing(configuration)
    }

    private func add(_ text: String, to ring: LogRing) -> Bool {
        Array(text.utf8).withUnsafeBytes { ring.append($0) }
    }

    private func lines(_ ring: LogRing, framing: LogRingConfiguration.Server.Framing = .legacy) -> String {
        var bytes: [UInt8] = []
        var position = 0
        while let next = ring.copyLine(at: position, to: &bytes, framing: framing) { position = next }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("lines come out as they went in, in either framing, also over the end of the memory")
    func order() {
        let ring = ring(size: 40)
        #expect(add("one", to: ring) && add("", to: ring) && add("three", to: ring))
        #expect(lines(ring) == "one\n\nthree\n")
        #expect(lines(ring, framing: .octetCount) == "3 one0 5 three")
        for number in 4...20 { #expect(add("number \(number)", to: ring)) }
        #expect(lines(ring) == "number 18\nnumber 19\nnumber 20\n")
        #expect(ring.dropped == 0)
    }

    @Test("a line that no ring can hold is lost, and leaves the others there")
    func tooLong() {
        let ring = ring(size: 40)
        #expect(add("short", to: ring))
        #expect(!add(String(repeating: "x", count: 41), to: ring))
        #expect(ring.dropped == 1)
    }

    @Test("what a reader has not taken stays, and new lines are lost until it takes some")
    func readers() {
        let ring = ring(size: 40)
        let reader = ring.addReader()
        for number in 1...4 { #expect(add("line\(number)", to: ring)) }
        #expect(!add("line5", to: ring))
        #expect((ring.dropped, ring.untold) == (1, 1))
        var bytes: [UInt8] = []
        let next = ring.copyLine(at: ring.position(of: reader), to: &bytes)
        ring.advance(reader, to: next ?? 0)
        #expect(add("line6", to: ring))
        #expect(!add("line7", to: ring))
        #expect(lines(ring) == "line2\nline3\nline4\nline6\n")
        #expect(ring.snapshot == LogRingSnapshot(name: "r", description: "r", dropped: 2))
    }

    @Test("a ring's own format holds for every log line, and a gap is told when there is room again")
    func sender() throws {
        var configuration = LogRingConfiguration(name: "r")
        configuration.size = 100
        configuration.format = .short
        configuration.maxLength = 90
        let ring = LogRing(configuration)
        let reader = ring.addReader()
        let sender = LogSender(tag: "t", processID: 1, rings: .own([ring]))
        var target = LogTarget(destination: .ring(name: "r"), facility: .local0)
        target.format = .rfc5424
        let route = sender.route(to: [target, LogTarget(destination: .ring(name: "nosuch"), facility: .local0)])
        func send(_ text: String) {
            sender.send(TextLogLine(level: .info, text: text), along: route, at: LogSenderTests.now)
        }
        send("first")
        #expect(sender.droppedLines == 1)
        send(String(repeating: "x", count: 100))
        send(String(repeating: "y", count: 100))
        // The gap is told as soon as that has room, though the line after it has none.
        #expect(lines(ring) == "<6>first\n<5>1 event dropped\n")
        #expect((ring.dropped, ring.untold) == (2, 1))
        ring.advance(reader, to: ring.end)
        send("last")
        #expect(lines(ring).hasSuffix("<5>1 event dropped\n<6>last\n"))
        #expect(ring.untold == 0)
    }

    @Test("lines for a ring of another thread are handed over without their ends")
    func handingOver() {
        let box = HandedOver()
        let sender = LogSender(
            tag: "t", processID: 1,
            rings: .elsewhere([LogRingConfiguration(name: "r")]) { name, line in box.add(name, line) })
        let route = sender.route(to: [LogTarget(destination: .ring(name: "r"), facility: .local0)])
        sender.send(TextLogLine(level: .info, text: "hello"), along: route, at: LogSenderTests.now)
        #expect(box.lines == ["r: hello"])
    }
}

/// What was handed over.
private final class HandedOver: Sendable {
    private let given = Mutex<[String]>([])

    var lines: [String] { given.withLock { $0 } }

    func add(_ name: String, _ line: [UInt8]) {
        given.withLock { $0.append("\(name): \(String(decoding: line, as: UTF8.self))") }
    }
}
