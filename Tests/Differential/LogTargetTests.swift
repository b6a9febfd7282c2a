import Foundation
import Peers
import Testing

/// What stands before each line, how long it is, and which lines are sent.
@Suite("log targets, beside HAProxy", .serialized)
struct LogTargetTests {
    private func talk(_ stage: Scenario.Stage) throws {
        let client = try stage.connect()
        try client.send("hello")
        let server = try stage.servers[0].accept()
        client.close()
        _ = server.readToEnd()
        server.close()
    }

    /// The datagrams with a text, without what differs from run to run: process, dates and ports.
    private func note(_ stage: Scenario.Stage, containing text: String) {
        for datagram in stage.log.datagrams where datagram.contains(text) {
            stage.notes.add(
                datagram.replacing(/\[?\d{3,}\]?/, with: "N").replacing(/\d\d:\d\d:\d\d/, with: "TIME")
                    .replacing(/[A-Z][a-z][a-z]\x20+\d+\x20/, with: "DATE "))
        }
    }

    @Test(
        "each format",
        arguments: ["local", "rfc3164", "rfc5424", "priority", "short", "raw"], ["", "log-send-hostname lb.example"])
    func formats(format: String, global: String) async throws {
        var scenario = Scenario(lines: [
            "no log", "log-tag my-tag", "log-format \"a-line-of %f %B\"",
            "log-format-sd \"[x@1 f=%{+Q}f b=\\\"%B\\\"]\"", "log 127.0.0.1:LOGPORT format \(format) local3",
        ]) { stage in
            try talk(stage)
            try stage.awaitLine(containing: "a-line-of")
            note(stage, containing: "a-line-of")
        }
        scenario.global = [global]
        try await scenario.compare()
    }

    @Test("the formats with a date in ISO's form", arguments: ["timed", "iso"])
    func datedFormats(format: String) async throws {
        try await Scenario(lines: [
            "no log", "log-format \"a-line-of %f %B\"", "log 127.0.0.1:LOGPORT format \(format) local3",
        ]) { stage in
            try talk(stage)
            try stage.awaitLine(containing: "a-line-of")
            for datagram in stage.log.datagrams where datagram.contains("a-line-of") {
                stage.notes.add(datagram.replacing(/\d{2,}/, with: "N"))
            }
        }.compare()
    }

    @Test("log-send-hostname changes the format where none is given")
    func hostName() async throws {
        var scenario = Scenario { stage in
            try talk(stage)
            try stage.awaitSessionLines(1)
            for datagram in stage.log.datagrams where datagram.contains("rabbit_0") {
                stage.notes.add(datagram.contains(" lb.example haproxy[") ? "with the host's name" : datagram)
            }
        }
        scenario.global = ["log-send-hostname lb.example"]
        try await scenario.compare()
    }

    @Test("a line is cut at its length")
    func length() async throws {
        let words = String(repeating: "0123456789", count: 30)
        try await Scenario(lines: [
            "no log", "log-format \"a-line-of %f \(words) %B\"", "log 127.0.0.1:LOGPORT len 80 format raw local3",
            "log 127.0.0.1:LOGPORT len 100 format short local3", "log 127.0.0.1:LOGPORT len 200 format priority kern",
        ]) { stage in
            try talk(stage)
            guard stage.wait(until: { stage.log.datagrams.count { $0.contains("a-line-of") } == 3 }) else {
                throw MissingLine(description: "three lines were expected")
            }
            for datagram in stage.log.datagrams where datagram.contains("a-line-of") { stage.notes.add(datagram) }
        }.compare()
    }

    @Test("a choice of lines")
    func sampling() async throws {
        try await Scenario(lines: [
            "no log", "log 127.0.0.1:LOGPORT format raw sample 1,3-4:5 local3", "log-format \"[ line %lc %ts\"",
        ]) { stage in
            for count in 1...9 {
                try talk(stage)
                let expected = [1, 1, 2, 3, 3, 4, 4, 5, 6][count - 1]
                guard stage.wait(until: { stage.log.datagrams.count { $0.hasPrefix("[ line") } == expected }) else {
                    throw MissingLine(description: "after \(count) sessions")
                }
            }
        }.compare(ignoring: ["smax"])
    }

    @Test("levels of a target: what is sent, and as what")
    func levels() async throws {
        try await Scenario(lines: [
            "no log", "log 127.0.0.1:LOGPORT format short local3 notice", "option log-separate-errors",
            "log 127.0.0.1:LOGPORT format priority local4 debug warning", "log-format \"line [ %ts %f\"",
        ]) { stage in
            try talk(stage)
            try stage.awaitSessionLines(1)
            let (client, server) = try stage.open()
            server.reset()
            _ = client.readToEnd()
            client.close()
            try stage.awaitSessionLines(3)
            for datagram in stage.log.datagrams where datagram.contains("line [ ") { stage.notes.add(datagram) }
        }.compare()
    }

    @Test("a connection without its PROXY header leaves a line in the format for errors", arguments: [true, false])
    func errorFormat(separates: Bool) async throws {
        var lines = [
            "error-log-format \"a-line-of [ERR] %ts %tsc %f %ft %b %s %B %U %Tw %Tc %Td %fc %bc %sc %rc %sq %bq %si %bi %ID\"",
            "log-format-sd \"[x@1 f=%{+Q}f]\"", "no log", "log 127.0.0.1:LOGPORT format rfc5424 local3",
        ]
        if separates { lines.append("option log-separate-errors") }
        var scenario = Scenario(lines: lines) { stage in
            let client = try stage.connect()
            try client.send("this is no header at all, and long enough")
            _ = client.readToEnd()
            client.close()
            try stage.awaitLine(containing: "a-line-of")
            for datagram in stage.log.datagrams where datagram.contains("a-line-of") {
                stage.notes.add("\(datagram.prefix(5)) \(datagram.drop { $0 != "[" })")
            }
        }
        scenario.bindOptions = "accept-proxy"
        try await scenario.compare()
    }
}
