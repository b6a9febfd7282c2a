import Configuration
import Model
import Testing

@testable import Monitoring

@Suite("The stats socket", .timeLimit(.minutes(1)))
struct CommandTests {
    @Test("show stat answers as recorded, ended by an empty line, and closes")
    func showStat() async throws {
        let view = try await say("show stat\n")
        #expect(view.text.hasPrefix(RecordedCSV.header + "\nrabbitmq_warren,FRONTEND,"))
        #expect(view.text.hasSuffix(",\n\n"))
        #expect(view.text.split(separator: "\n").count == 7)
        #expect(view.isClosed)
    }

    @Test(
        "show stat selects by proxy, kind and server",
        arguments: [
            ("show stat 2 4 -1", ["rabbit", "rabbit_backup"]),
            ("show stat rabbitmq_warren 4 -1", ["rabbit", "rabbit_backup"]),
            ("show stat -1 1 -1", ["FRONTEND", "FRONTEND"]), ("show stat 3 2 -1", ["BACKEND"]),
            ("show stat 2 -1 2", ["FRONTEND", "rabbit_backup", "BACKEND"]), ("show stat 99 4 -1", []),
            ("show stat -1 4 -1 up", ["rabbit_backup"]), ("show  stat\t2 4 1\r", ["rabbit"]),
        ])
    func selection(command: String, names: [String]) async throws {
        let lines = try await say(command + "\n").text.split(separator: "\n").dropFirst()
        #expect(lines.map { String($0.split(separator: ",")[1]) } == names)
    }

    @Test("show stat of an unknown proxy is refused")
    func unknownProxy() async throws {
        #expect(try await say("show stat nosuch 4 -1\n").text == "No such proxy.\n\n")
    }

    @Test("show info has HAProxy's fields in their order")
    func showInfo() async throws {
        let lines = try await say("show info\n").text.split(separator: "\n")
        let names = lines.map { line in line.split(separator: ":")[0] }
        #expect(names.map(String.init) == Self.infoNames)
        for expected in ["Uptime: 0d 0h00m23s", "Uptime_sec: 23", "Maxconn: 4096", "CurrConns: 3", "CumConns: 33"] {
            #expect(lines.contains(Substring(expected)), "\(expected)")
        }
        #expect(lines.contains("TotalBytesOut: 272140"))
        #expect(lines.contains("Start_time_sec: 1795351125"))
    }

    @Test("a chain is answered piece by piece, and what is not ended is dropped")
    func chain() async throws {
        let view = try await say("show stat 99 1 1;show stat nosuch 1 1;show info")
        #expect(view.text == RecordedCSV.header + "\n\nNo such proxy.\n\n")
    }

    @Test("lines sent at once are all answered, also without a prompt")
    func pipelined() async throws {
        #expect(try await say("show stat x 1 1\nshow stat x 1 1\n").text == "No such proxy.\n\nNo such proxy.\n\n")
    }

    @Test("with a prompt the connection stays until quit or the client's end")
    func prompt() async throws {
        #expect(
            try await say("prompt\nshow stat x 1 1;show stat x 1 1\n").text
                == "\n> No such proxy.\n\n> No such proxy.\n\n> ")
        #expect(try await say("prompt\nquit\nshow info\n").text == "\n> ")
        #expect(try await say("prompt;prompt;show stat x 1 1\n").text == "\n> \nNo such proxy.\n\n")
    }

    @Test("quit says nothing and drops what follows")
    func quit() async throws {
        #expect(try await say("show stat x 1 1;quit;show info\n").text == "No such proxy.\n\n")
    }

    @Test("a client that half-closes after its command gets its answer")
    func halfClose() async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await talk(to: fixture.commands, [.send("show stat x 1 1\n"), .halfClose, .readToEnd])
            #expect(view.text == "No such proxy.\n\n")
        }
    }

    @Test("a command of endless length cuts the client off")
    func endless() async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await talk(to: fixture.commands, [.flood(64 << 20), .readToEnd])
            #expect(view.isClosed)
            #expect(view.text.isEmpty)
        }
    }

    @Test("a silent client is closed", arguments: ["", "prompt\n"])
    func idle(beginning: String) async throws {
        try await SurfaceFixture.run(timeout: .seconds(1)) { fixture in
            let view = try await talk(to: fixture.commands, [.send(beginning), .readToEnd])
            #expect(view.isClosed)
            #expect(view.seconds < 8)
        }
    }

    @Test("an instance that nothing runs says so")
    func noWorker() async throws {
        try await SurfaceFixture.run(snapshot: nil) { fixture in
            let view = try await talk(to: fixture.commands, [.send("show stat\n"), .readToEnd])
            #expect(view.text == "The instance is not running.\n\n")
        }
    }

    /// The names that HAProxy 2.6.12 printed, but for its release's day.
    private static let infoNames = [
        "Name", "Version", "Release_date", "Nbthread", "Nbproc", "Process_num", "Pid", "Uptime", "Uptime_sec",
        "Memmax_MB",
        "PoolAlloc_MB", "PoolUsed_MB", "PoolFailed", "Ulimit-n", "Maxsock", "Maxconn", "Hard_maxconn",
        "CurrConns", "CumConns", "CumReq", "MaxSslConns", "CurrSslConns", "CumSslConns", "Maxpipes", "PipesUsed",
        "PipesFree", "ConnRate", "ConnRateLimit", "MaxConnRate", "SessRate", "SessRateLimit", "MaxSessRate",
        "SslRate", "SslRateLimit", "MaxSslRate", "SslFrontendKeyRate", "SslFrontendMaxKeyRate",
        "SslFrontendSessionReuse_pct", "SslBackendKeyRate", "SslBackendMaxKeyRate", "SslCacheLookups",
        "SslCacheMisses", "CompressBpsIn", "CompressBpsOut", "CompressBpsRateLim", "Tasks", "Run_queue",
        "Idle_pct", "node", "Stopping", "Jobs", "Unstoppable Jobs", "Listeners", "ActivePeers", "ConnectedPeers",
        "DroppedLogs", "BusyPolling", "FailedResolutions", "TotalBytesOut", "TotalSplicdedBytesOut",
        "BytesOutRate", "DebugCommandsIssued", "CumRecvLogs", "Build info", "Memmax_bytes", "PoolAlloc_bytes",
        "PoolUsed_bytes", "Start_time_sec", "Tainted",
    ]

    private func say(_ text: String) async throws -> ClientView {
        var result = ClientView()
        try await SurfaceFixture.run { fixture in
            result = try await talk(to: fixture.commands, [.send(text), .halfClose, .readToEnd])
        }
        return result
    }
}
