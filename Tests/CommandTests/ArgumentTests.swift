import Foundation
import Model
import Monitoring
import Testing

@testable import supervise

@Suite("arguments")
struct ArgumentTests {
    private let utc = TimeFormat(zone: .gmt)
    private let now = Timestamp(millisecondsSinceEpoch: 1_795_358_967_000)

    @Test(
        "a moment is so long ago, a date, a local time or RFC 3339",
        arguments: [
            ("24h", "2026-11-21T14:49:27Z"), ("7d", "2026-11-15T14:49:27Z"), ("1h30m", "2026-11-22T13:19:27Z"),
            ("2026-11-22", "2026-11-22T00:00:00Z"), ("2026-11-22 14:30", "2026-11-22T14:30:00Z"),
            ("2026-11-22T14:30:15", "2026-11-22T14:30:15Z"), ("2026-11-22T15:30:15+01:00", "2026-11-22T14:30:15Z"),
            ("2026-11-22 15:30:15 +01:00", "2026-11-22T14:30:15Z"),
        ])
    func moments(text: String, moment: String) throws {
        let argument = try #require(MomentArgument(argument: text))
        #expect(argument.timestamp(now: now, format: utc) == RFC3339.parse(moment))
    }

    @Test(
        "what is no moment is refused",
        arguments: ["", "yesterday", "24", "h", "-1h", "0s", "2026-02-30", "99999999999d"])
    func noMoment(text: String) {
        #expect(MomentArgument(argument: text) == nil)
    }

    @Test(
        "what a command cannot mean is a usage error",
        arguments: [
            ["history", "--json", "--csv"], ["history", "--limit", "0"], ["history", "--since", "yesterday"],
            ["events", "warren", "--instance", "cluster"], ["sessions", "--every", "0s"], ["restart"],
            ["drain", "a", "b"], ["status", "--bogus"], ["stand-in", "stop"],
        ])
    func usage(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Supervise.parseAsRoot(arguments) }
        #expect(error.map { Supervise.exitCode(for: $0).rawValue } == 64, "ArgumentParser's code, which main maps to 2")
    }

    @Test("a question carries what was asked")
    func question() throws {
        let command = try #require(
            try Supervise.parseAsRoot([
                "history", "rabbit", "--instance", "warren", "--since", "2026-11-22", "--until", "2026-11-23",
                "--limit", "5",
            ]) as? HistoryShow)
        let question = try command.query.question(server: command.server, now: now, times: utc)
        #expect(question.server == "rabbit")
        #expect(question.instance == "warren")
        #expect(question.since == RFC3339.parse("2026-11-22T00:00:00Z"))
        #expect(question.until == RFC3339.parse("2026-11-23T00:00:00Z"))
        #expect(question.limit == 5)
    }

    @Test("a period that ends before it begins is a usage error")
    func emptyPeriod() throws {
        let command = try #require(
            try Supervise.parseAsRoot(["uptime", "--since", "1h", "--until", "2h"]) as? Uptime)
        #expect(throws: (any Error).self) {
            try command.query.question(server: nil, now: now, times: utc)
        }
    }

    @Test("exit codes tell what kind of failure it was")
    func exitCodes() {
        #expect(CommandFailure(.notRunning(path: "/x")).status == .notFound)
        #expect(CommandFailure(.notFound("a", suggestion: nil)).status == .notFound)
        #expect(CommandFailure(.refusedConfiguration(["a.cfg:1:1: error: x"])).status == .usage)
        #expect(CommandFailure(.failed("x")).status == .failed)
        #expect(CommandFailure(.notAllowed(path: "/x")).status == .failed)
        #expect(
            CommandFailure(.notFound("waren", suggestion: "warren")).message?.contains("did you mean 'warren'?") == true
        )
    }
}
