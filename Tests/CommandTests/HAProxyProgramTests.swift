import Foundation
import Testing

@testable import supervise

/// The real binary by the name `haproxy`, beside the real haproxy.
@Suite("haproxy program", .serialized, .timeLimit(.minutes(2)))
struct HAProxyProgramTests {
    private let program: Program

    init() throws {
        program = try Program()
        try program.write(Self.valid, to: "valid.cfg")
        try program.write("listen a\n  bind 127.0.0.1:1\n  server s 127.0.0.1:1\n", to: "warned.cfg")
        try program.write("listen a\n  bind 127.0.0.1:1\n  srever s 127.0.0.1:1\n", to: "wrong.cfg")
        try program.write("global\n  maxconn 10\n", to: "silent.cfg")
        try program.write("", to: "empty.cfg")
        try FileManager.default.createDirectory(atPath: program.folder + "/one", withIntermediateDirectories: true)
        try program.write(Self.valid, to: "one/a.cfg")
        try program.write("nonsense\n", to: "one/.hidden.cfg")
        try program.write("nonsense\n", to: "one/a.conf")
        try FileManager.default.createDirectory(atPath: program.folder + "/none", withIntermediateDirectories: true)
    }

    private static let valid = """
        defaults
          timeout client 1s
          timeout connect 1s
          timeout server 1s
        listen a
          bind 127.0.0.1:1
          server s 127.0.0.1:1

        """

    /// The program under its other name.
    private func asHAProxy(_ arguments: [String]) throws -> Program.Outcome {
        let link = program.folder + "/haproxy"
        if !FileManager.default.fileExists(atPath: link) {
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: program.path)
        }
        return try RealHAProxy.run(link, arguments, in: program.folder)
    }

    @Test("a link called haproxy takes HAProxy's command line, and so does the command haproxy")
    func names() throws {
        let linked = try asHAProxy(["-c", "-f", "valid.cfg"])
        #expect(linked.code == 0)
        #expect(linked.output == "Configuration file is valid\n")
        #expect(linked.messages.isEmpty)
        let command = try program("haproxy", "-c", "-f", "valid.cfg")
        #expect(command.code == 0)
        #expect(command.output == linked.output)
    }

    private static let calls: [[String]] = [
        ["-c", "-f", "valid.cfg"], ["-c", "-f", "warned.cfg"], ["-c", "-f", "wrong.cfg"], ["-c", "-f", "silent.cfg"],
        ["-c", "-f", "empty.cfg"], ["-c", "-q", "-f", "wrong.cfg"], ["-c", "-q", "-f", "silent.cfg"],
        ["-c", "-q", "-f", "valid.cfg"], ["-c", "-dW", "-f", "warned.cfg"], ["-c", "-dW", "-f", "valid.cfg"],
        ["-c", "-f", "valid.cfg", "-f", "silent.cfg"],
        ["-c", "-f", "silent.cfg", "--", "valid.cfg", "empty.cfg"], ["-c", "-f", "valid.cfg", "-f", "wrong.cfg"],
        ["-c", "-f", "one"], ["-c", "-f", "one/"], ["-c", "-f", "none"], ["-c", "-f", "missing.cfg"], ["-f", "none"],
        ["-c", "--", "valid.cfg"], ["-c", "-C", "one", "-f", "a.cfg"], ["-c", "-C", "missing", "-f", "a.cfg"],
        ["-c", "-f", "one/a.cfg", "-C", "one"], ["-c"], ["-cc"], ["-cc", "1"], ["-cc", "0"], ["-cc", "x"], ["-v"],
        ["-vv"], ["-h"], ["-z"], [], ["-c", "-f"], ["-c", "-sf", "-f", "valid.cfg"],
        ["-c", "-f", "valid.cfg", "-sf", "x"],
        ["-c", "-f", "valid.cfg", "-de", "-dp", "-dS", "-dG", "-dR", "-dV", "-dM", "-dr", "-dD", "-dk"],
        ["-c", "-f", "valid.cfg", "-W", "-D", "-db", "-n", "5", "-N", "6", "-m", "7", "-L", "me", "-p", "pid"],
        ["-c", "-S", "/nowhere/m.sock", "-f", "valid.cfg"], ["-c", "-x", "a", "-x", "b", "-f", "valid.cfg"],
        ["-c", "-f", "valid.cfg", "-L"], ["-c", "-f", "valid.cfg", "-n"], ["-c", "-f", "valid.cfg", "-m", "x"],
        ["-c", "-f", "valid.cfg", "-N", "-5"], ["-c", "-f", "valid.cfg", "-S"], ["-c", "-f", "valid.cfg", "-p"],
        ["-c", "-f", "valid.cfg", "-x"], ["-c", "-f", "valid.cfg", "-st", "0"], ["-c", "-f", "valid.cfg", "-sf", "1x"],
        ["-c", "-f", "valid.cfg", "-4"], ["-Wx", "-c", "-f", "wrong.cfg"], ["-cq", "-f", "valid.cfg"], ["valid.cfg"],
        ["-c", "-f", "valid.cfg", "-Ws", "-d", "-q", "-V", "-st", "999999", "-x", "old"],
    ]

    @Test("exit codes and standard output are the real haproxy's")
    func sideBySide() throws {
        guard let haproxy = RealHAProxy.find() else { return }
        for arguments in Self.calls {
            let real = try RealHAProxy.run(haproxy.path, arguments, in: program.folder)
            let own = try asHAProxy(arguments)
            #expect(own.code == real.code, "\(arguments): \(own.messages)")
            // Versions differ, and usage goes with one.
            guard !real.output.hasPrefix("HAProxy version") else { continue }
            #expect(own.output == real.output, "\(arguments)")
        }
    }

    @Test("what is wrong is told in HAProxy's frame, with our words, line and help")
    func frame() throws {
        let outcome = try asHAProxy(["-c", "-f", "wrong.cfg"])
        #expect(outcome.code == 1)
        #expect(outcome.output.isEmpty)
        let lines = outcome.messages.split(separator: "\n").map { $0.replacing(#/\(\d+\)/#, with: "(PID)") }
        #expect(lines.first == "[NOTICE]   (PID) : haproxy version is 2.6.12 (supervise \(Supervise.versionNumber))")
        #expect(lines.contains { $0.hasPrefix("[ALERT]    (PID) : config : parsing [wrong.cfg:3] : unknown keyword") })
        #expect(lines.contains("   |   help: did you mean 'server'?"))
        #expect(lines.contains("[ALERT]    (PID) : config : Error(s) found in configuration file : wrong.cfg"))
        #expect(lines.last == "[ALERT]    (PID) : config : Fatal errors found in configuration.")
    }

    @Test("the usage is as recorded; wrong usage prints it and ends with 1")
    func usage() throws {
        let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/haproxy-usage.text")
        let text = HAProxyUsage.text("haproxy") + "\n"
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
            try text.write(to: golden, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: golden, encoding: .utf8) == text)
        let outcome = try asHAProxy(["-z"])
        #expect(outcome.code == 1)
        #expect(outcome.messages == text)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    }

    @Test("several files are one instance, whose sections go on from file to file")
    func several() throws {
        try program.write(
            "defaults\n  timeout client 1s\n  timeout connect 1s\n  timeout server 1s\n", to: "several-0.cfg")
        try program.write("listen a\n  bind 127.0.0.1:1\n  server s 127.0.0.1:1\n", to: "several-1.cfg")
        let files = ["-f", "several-0.cfg", "-f", "several-1.cfg"]
        let outcome = try asHAProxy(["-c"] + files)
        #expect(outcome.code == 0)
        #expect(outcome.output == "Configuration file is valid\n", "\(outcome.messages)")
        guard let haproxy = RealHAProxy.find() else { return }
        let real = try RealHAProxy.run(haproxy.path, ["-c"] + files, in: program.folder)
        #expect(real.output == outcome.output)
    }
}
