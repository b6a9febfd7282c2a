import Foundation
import Monitoring
import Testing

@testable import supervise

/// The real binary: what it prints where, and what it ends with.
@Suite("program", .serialized, .timeLimit(.minutes(2)))
struct ProgramTests {
    private let program: Program

    init() throws {
        program = try Program()
    }

    @Test("without a supervisor, what needs one says so and ends with 4")
    func notRunning() throws {
        for arguments in [
            ["status"], ["restart", "shop"], ["drain", "app"], ["stand-in", "list"], ["is-healthy"], ["down"],
        ] {
            let outcome = try program.call(arguments)
            #expect(outcome.code == 4, "\(arguments)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.messages.contains("no supervisor is running"))
        }
    }

    @Test("without a history, its commands say so and end with 1")
    func noHistory() throws {
        for command in ["history", "incidents", "sessions", "uptime", "events"] {
            let outcome = try program(command)
            #expect(outcome.code == 1, "\(command)")
            #expect(outcome.output.isEmpty)
            #expect(outcome.messages.contains("there is no history yet"))
        }
    }

    @Test("wrong usage ends with 2, on standard error alone")
    func usage() throws {
        let unknown = try program("restrat", "shop")
        #expect(unknown.code == 2)
        #expect(unknown.messages.contains("did you mean 'restart'?"))
        #expect(unknown.output.isEmpty)
        #expect(try program("history", "--since", "yesterday").code == 2)
        #expect(try program("up", "--dashboard", "nowhere").code == 2)
    }

    @Test("help and version go to standard output and end with 0")
    func help() throws {
        let version = try program("--version")
        #expect(version.code == 0)
        #expect(version.output == "supervise \(Supervise.versionNumber)\n")
        #expect(try program("up", "--help").output.hasPrefix("OVERVIEW: Runs an instance"))
    }

    @Test("check ends with 0 or 2 and prints what is wrong")
    func check() throws {
        let valid = try program("check")
        #expect(valid.code == 0)
        #expect(valid.output.hasSuffix("1 file, 0 errors, 0 warnings, 0 notes: valid\n"))
        try program.write("listen a\n    srever b 127.0.0.1:1\n", to: "bad.cfg")
        let wrong = try program("check", "bad.cfg", "Instances/shop.cfg")
        #expect(wrong.code == 2)
        #expect(wrong.output.contains("bad.cfg:2:5: error: unknown keyword 'srever'"))
        #expect(wrong.output.contains("help: did you mean 'server'?"))
    }

    @Test("a wrong configuration starts nothing and leaves no history", arguments: [[], ["--daemon"]])
    func refused(options: [String]) throws {
        try program.write("listen a\n    srever b 127.0.0.1:1\n", to: "Instances/bad.cfg")
        let outcome = try program.call(["up", "--dashboard", "off"] + options)
        #expect(outcome.code == 2)
        #expect(outcome.messages.contains("unknown keyword 'srever'"))
        #expect(try program("events").code == 1)
    }

    @Test("an instance's life: up, down servers, orders with their reasons, and a history that outlives it")
    func life() async throws {
        try await program.running {
            let status = try program("status", "--json")
            #expect(status.code == 0)
            let instance = try #require(try status.objects().first)
            #expect(Set(instance.keys) == Set(InstanceColumns.names))
            #expect(instance["instance"] as? String == "shop")
            #expect(try program("status", "shpo").code == 4)

            let second = try program("up", "--dashboard", "off")
            #expect(second.code == 1)
            #expect(second.messages.contains("another supervisor (pid \(try #require(instance["pid"] as? Int)))"))

            let history = try await program("history", "app", "--json") { outcome in
                try outcome.code == 0 && outcome.objects().last?["to"] as? String == "DOWN"
            }
            #expect(try history.objects().last?["status"] as? String == "L4CON")

            let ailing = try program("is-healthy")
            #expect(ailing.code == 1)
            #expect(ailing.messages == "supervise: shop/front: no server takes traffic\n")
            #expect(try program("is-healthy", "shpo").code == 4)

            #expect(try program("maint", "shop/app", "--reason", "kernel update").code == 0)
            #expect(try program("restart", "shop").code == 0)
            let refused = try program("start", "nobody")
            #expect(refused.code == 4)

            try program.write("listen a\n    srever b 127.0.0.1:1\n", to: "Instances/shop.cfg")
            let reload = try program("reload", "shop")
            #expect(reload.code == 2)
            #expect(reload.messages.contains("unknown keyword 'srever'"))
            #expect(try program("status").code == 0)

            #expect(try program("stop", "shop").code == 0)
            #expect(try program("status").code == 3)
        }
        #expect(try program("status").code == 4)
        let events = try program("events", "shop", "--json").objects()
        let maint = try #require(events.first { $0["event"] as? String == "MAINT" })
        #expect(maint["reason"] as? String == "kernel update")
        #expect((maint["actor"] as? String)?.hasPrefix("uid \(getuid())") == true)
        #expect(events.contains { $0["event"] as? String == "RESTARTED" })
        #expect(events.contains { $0["event"] as? String == "RELOAD_REFUSED" })
        let transitions = try program("history", "app", "--csv").output.split(separator: "\r\n")
        #expect(transitions.first?.hasPrefix("at,instance,proxy,server,from,to,status") == true)
        #expect(transitions.contains { $0.contains(",MAINT,") })
        #expect(try program("uptime", "app", "--json").objects().count == 1)
        let unknown = try program("history", "ap")
        #expect(unknown.code == 4)
        #expect(try program("history", "nobody").code == 4)
    }

    @Test("--follow shows what comes while it is looking")
    func follow() async throws {
        try await program.running {
            let follower = try program.start("events", "--follow", "--json", output: "followed")
            defer { follower.terminate() }
            #expect(try program("drain", "app", "--reason", "seen live").code == 0)
            let path = program.folder + "/followed"
            let deadline = ContinuousClock.now + .seconds(20)
            while try !String(contentsOfFile: path, encoding: .utf8).contains("seen live") {
                try #require(ContinuousClock.now < deadline, "the follower did not show the order")
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}

/// The fields of `status --json`, as DESIGN promises them.
private enum InstanceColumns {
    static let names = [
        "instance", "state", "uptime_s", "listen", "servers_up", "servers", "on_backup", "sessions", "restarts", "pid",
        "held",
    ]
}
