import Foundation
import Testing

/// The same file in Debian's haproxy and here: whatever is said to one is said to the other.
///
/// In the file, `STATS`, `LOG` and `PORT` stand for each program's own stats socket, log and frontend, and `SERVER0`,
/// `SERVER1` ... for the servers' addresses, which both share.
struct BesideHAProxy {
    /// One of the two programs.
    struct Side {
        let process: TestProcess
        let stats: HeldPort
        let port: HeldPort
        let log: SyslogCatcher
        let folder: TemporaryDirectory
    }

    /// How long the two may differ while something is under way, such as a check, or a line of the log.
    private static let patience = Duration.seconds(20)

    let haproxy: Side
    let own: Side
    let servers: [FakeServer]

    /// Starts both, and waits until both answer.
    ///
    /// It is `nil`, with a printed reason, where there is no haproxy.
    ///
    /// - Parameters:
    ///   - text: the file.
    ///   - count: how many servers there are; each says its number first.
    ///   - prepare: called with the folder of each program, and the servers, before it starts.
    /// - Throws: when one doesn't start.
    init?(
        _ text: String, servers count: Int = 4, prepare: (TemporaryDirectory, [FakeServer]) throws -> Void = { _, _ in }
    ) async throws {
        let path = "/usr/sbin/haproxy"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            print("not compared with haproxy: there is no \(path)")
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "haproxy has to be installed where CI=true")
            return nil
        }
        servers = try (0..<count).map { try FakeServer(serve: FakeServer.named("\($0)")) }
        // Of several threads, each may count the same connection for a moment, and their lines come in any order.
        let text = text.replacing("global\n", with: "global\n    nbthread 1\n", maxReplacements: 1)
        haproxy = try await Self.start(text, servers, prepare) { _ in path }
        own = try await Self.start(text, servers, prepare) { folder in
            let link = "\(folder.path)/haproxy"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Supervisor.binary())
            return link
        }
    }

    private static func start(
        _ text: String, _ servers: [FakeServer], _ prepare: (TemporaryDirectory, [FakeServer]) throws -> Void,
        program: (TemporaryDirectory) throws -> String
    ) async throws -> Side {
        let folder = try TemporaryDirectory()
        let (stats, port, log) = (try HeldPort(), try HeldPort(), try SyslogCatcher())
        var file = text.replacingOccurrences(of: "STATS", with: stats.address)
            .replacingOccurrences(of: "LOG", with: "127.0.0.1:\(log.port)")
            .replacingOccurrences(of: "FOLDER", with: folder.path)
            .replacingOccurrences(of: "PORT", with: port.address)
        for (index, server) in servers.enumerated().reversed() {
            file = file.replacingOccurrences(of: "SERVER\(index)", with: server.address.address)
        }
        try file.write(toFile: "\(folder.path)/test.cfg", atomically: true, encoding: .utf8)
        try prepare(folder, servers)
        let process = try TestProcess(
            [try program(folder), "-db", "-f", "\(folder.path)/test.cfg"], environment: ["SUPERVISE_STATE": ""],
            keeping: folder)
        let side = Side(process: process, stats: stats, port: port, log: log, folder: folder)
        try await eventually("\(stats.address) answers; \(process.errorOutput)") {
            if let status = process.exitStatus { throw ScenarioError("ended: \(status): \(process.errorOutput)") }
            return try await Socket.connect(port: stats.port) != nil
        }
        return side
    }

    /// Says the same to both, one command after the other, and expects the same answers and the same lines in the logs.
    ///
    /// - Parameter commands: one a line; empty lines don't count.
    /// - Throws: when one of them doesn't answer.
    func expectSame(_ commands: String) async throws {
        for command in commands.split(separator: "\n").map(String.init) {
            let (theirs, ours) = (try await haproxy.ask(command), try await own.ask(command))
            #expect(ours == theirs, "the answer to \(command)")
            try await expectSameLines(after: command)
        }
    }

    /// Expects the same lines in the logs since the last look, as soon as both have written them.
    ///
    /// - Parameters:
    ///   - when: what has just happened, for the message.
    ///   - comparable: leaves out of a line what HAProxy says by chance.
    /// - Returns: this program's lines, all of each.
    /// - Throws: when a log cannot be read.
    @discardableResult
    func expectSameLines(
        after when: String, comparing comparable: (String) -> String = { $0 }
    ) async throws -> [String] {
        let deadline = ContinuousClock.now + Self.patience
        var (told, tell) = (try haproxy.newLines(), try own.newLines())
        while tell.map(comparable) != told.map(comparable), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
            told += try haproxy.newLines()
            tell += try own.newLines()
        }
        #expect(tell.map(comparable) == told.map(comparable), "the log after \(when)")
        return tell
    }

    /// Expects the same in some columns of `show stat`, row by row, as soon as checks under way have ended.
    ///
    /// - Parameters:
    ///   - columns: their names.
    ///   - when: what has just happened, for the message.
    /// - Throws: when one of them doesn't answer.
    func expectSameStatistics(_ columns: [String], after when: String) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let (theirs, ours) = (try await haproxy.statistics(columns), try await own.statistics(columns))
            if ours == theirs { return }
            guard ContinuousClock.now < deadline else {
                #expect(ours == theirs, "the statistics after \(when)")
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Expects that both send the same sessions to the same servers.
    ///
    /// - Parameters:
    ///   - count: how many sessions, one after the other; all stay open until the last.
    ///   - when: what has just happened, for the message.
    /// - Throws: when one breaks.
    func expectSameChoices(_ count: Int, after when: String) async throws {
        let (theirs, ours) = (try await haproxy.choices(count), try await own.choices(count))
        #expect(ours == theirs, "the choices after \(when)")
    }

    /// Ends both.
    func stop() async throws {
        try await haproxy.process.stop()
        try await own.process.stop()
    }
}

extension BesideHAProxy.Side {
    /// Says a command and reads the answer to its end.
    func ask(_ command: String) async throws -> String {
        guard let socket = try await Socket.connect(port: stats.port) else { throw ScenarioError("no stats socket") }
        try await socket.write(Array("\(command)\n".utf8))
        socket.finishWriting()
        return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
    }

    /// Some columns of `show stat`: a line for each row.
    func statistics(_ columns: [String]) async throws -> [String] {
        let lines = try await ask("show stat").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let names = (lines.first ?? []).map { $0.hasPrefix("# ") ? $0.dropFirst(2) : $0 }
        return lines.dropFirst().map { cells in
            let row = Dictionary(zip(names, cells)) { first, _ in first }
            let shown = columns.map { "\($0)=\(row[Substring($0)] ?? "?")" }
            return "\(cells[0])/\(cells[1]) \(shown.joined(separator: " "))"
        }
    }

    /// Which servers get the next sessions, by the numbers that they say.
    func choices(_ count: Int) async throws -> [String] {
        var open: [Socket] = []
        var chosen: [String] = []
        for _ in 0..<count {
            guard let socket = try await Socket.connect(port: port.port) else { throw ScenarioError("refused") }
            let name = String(decoding: try await socket.read(exactly: 2), as: UTF8.self)
            chosen.append(name.trimmingCharacters(in: .newlines))
            open.append(socket)
        }
        // One after the other: the order in which they end may matter for the next choice.
        for socket in open {
            socket.finishWriting()
            _ = try await socket.readToEnd()
        }
        try await eventually("the end of the sessions") {
            try await statistics(["scur"]).allSatisfy { $0.hasSuffix("scur=0") || $0.hasSuffix("scur=") }
        }
        return chosen
    }

    /// What was logged since the last look, without time and process: the level and the words, but for how long
    /// a check took; sessions are left out.
    func newLines() throws -> [String] { Self.comparable(try log.takeLines()) }

    /// The same of all lines that nobody has looked at as new ones; they stay.
    func keptLines() throws -> [String] { Self.comparable(try log.lines()) }

    private static func comparable(_ lines: [String]) -> [String] {
        lines.filter { !$0.contains("]: Connect from ") }.map { line in
            let level = line.prefix { $0 != ">" }
            let words = line.range(of: "]: ").map { line[$0.upperBound...] } ?? Substring(line)
            return "\(level)> \(words)".trimmingCharacters(in: .whitespacesAndNewlines)
                .replacing(/check duration: \d+ms/, with: "check duration: …")
        }
    }
}
