import Configuration
import Foundation
import Logging
import Model
import Monitoring
import Testing

@testable import supervise

/// With `--log-json`, what is wrong with a file is an object a line, too.
@Suite("messages about files as JSON", .serialized, .timeLimit(.minutes(2)))
struct JSONFileMessagesTests {
    private let moment: Timestamp

    init() throws { moment = try #require(RFC3339.parse("2026-11-22T14:49:27.123Z")) }

    private func diagnostic(_ severity: Diagnostic.Severity, line: Int, help: String?) -> Diagnostic {
        Diagnostic(
            severity: severity, location: SourceLocation(file: "a.cfg", line: line, column: 5),
            message: "unknown keyword 'sre\"ver'", help: help, sourceLine: "    sre\"ver b")
    }

    @Test("place, message and help are fields of their own")
    func fields() {
        #expect(
            JSONLog.line(
                at: moment, about: diagnostic(.error, line: 2, help: "did you mean 'server'?"), label: "supervise")
                == #"{"at":"2026-11-22T14:49:27.123Z","level":"error","logger":"supervise","#
                + #""message":"unknown keyword 'sre\"ver'","file":"a.cfg","line":2,"column":5,"#
                + #""help":"did you mean 'server'?"}"#)
        #expect(
            JSONLog.line(at: moment, about: diagnostic(.warning, line: 0, help: nil), label: "supervise")
                == #"{"at":"2026-11-22T14:49:27.123Z","level":"warning","logger":"supervise","#
                + #""message":"unknown keyword 'sre\"ver'","file":"a.cfg"}"#)
    }

    @Test("a message that is about a file is told the same way, and as text it is told once")
    func logged() {
        let diagnostic = diagnostic(.warning, line: 2, help: "h")
        #expect(
            JSONLog.line(at: moment, .warning, "a.cfg:2: unknown", label: "supervise", [:], diagnostic)
                == JSONLog.line(at: moment, about: diagnostic, label: "supervise"))
        #expect(
            ConsoleLog.line(at: moment, .warning, "a.cfg:2: unknown", [:], diagnostic)
                == "2026-11-22T14:49:27.123Z warning a.cfg:2: unknown")
    }

    /// The objects of some messages; fails where a line is none.
    private func objects(_ messages: String) throws -> [[String: Any]] {
        try messages.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    @Test("a start that is refused")
    func start() throws {
        let program = try Program()
        try program.write("listen a\n    srever b 127.0.0.1:1\n", to: "Instances/bad.cfg")
        let outcome = try program("up", "--dashboard", "off", "--log-json", "--no-guardian")
        #expect(outcome.code == 2)
        let objects = try objects(outcome.messages)
        let error = try #require(objects.first { $0["line"] as? Int == 2 })
        #expect((error["file"] as? String)?.hasSuffix("Instances/bad.cfg") == true)
        #expect(error["column"] as? Int == 5)
        #expect((error["message"] as? String)?.hasPrefix("unknown keyword 'srever'") == true)
        #expect(error["help"] as? String == "did you mean 'server'?")
        #expect(error["level"] as? String == "error")
        // The last one says that nothing runs.
        #expect((objects.last?["message"] as? String)?.hasSuffix("not valid") == true)
    }

    @Test("a reload with warnings, and one that is refused")
    func reload() async throws {
        let program = try Program()
        try await program.running(with: "--log-json") {
            let file = program.folder + "/Instances/shop.cfg"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try program.write(
                text + "    timeout tarpit 1s\nbackend b\n    mode tcp\n    cookie x\n", to: "Instances/shop.cfg")
            let warned = try program("reload", "shop")
            #expect(warned.code == 0, "\(warned.messages)")
            try program.write("listen a\n    srever b 127.0.0.1:1\n", to: "Instances/shop.cfg")
            #expect(try program("reload", "shop").code == 2)
            let log = try objects(String(contentsOfFile: program.folder + "/state/supervise.log", encoding: .utf8))
            #expect(log.contains { $0["level"] as? String == "warning" && $0["line"] is Int && $0["file"] is String })
            let error = try #require(log.first { $0["level"] as? String == "error" && $0["line"] as? Int == 2 })
            #expect(error["column"] as? Int == 5)
            #expect(error["help"] as? String == "did you mean 'server'?")
        }
    }
}
