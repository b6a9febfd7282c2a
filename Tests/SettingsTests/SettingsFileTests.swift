import Alerting
import Configuration
import Foundation
import History
import Testing

@testable import Settings

/// What `supervise.yaml` says, and what is told of its mistakes.
@Suite("supervise.yaml")
struct SettingsFileTests {
    private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden")

    @Test("what is another in a later file is said in words")
    func changes() {
        func options(_ text: String) -> SupervisorOptions {
            let reading = SettingsFile.read(text, file: "supervise.yaml")
            #expect(reading.diagnostics == [])
            return reading.options
        }
        let before = options(
            """
            alerts:
              - {name: ops, on: fatal, webhook: {url: "http://127.0.0.1/a"}}
              - {name: pager, on: fatal, webhook: {url: "http://127.0.0.1/b"}}
              - {name: same, on: fatal, webhook: {url: "http://127.0.0.1/c"}}
            """)
        let after = options(
            """
            retention: {samples: 36h, minutes: 90m40h}
            alerts:
              - {name: new, on: fatal, webhook: {url: "http://127.0.0.1/a"}}
              - {name: ops, on: [fatal, backoff], webhook: {url: "http://127.0.0.1/a"}}
              - {name: same, on: fatal, webhook: {url: "http://127.0.0.1/c"}}
            """)
        #expect(
            before.changes(to: after) == [
                "retention: samples 2d -> 36h", "retention: minutes 14d -> 2490m", "alert 'new' added",
                "alert 'ops' changed", "alert 'pager' removed",
            ])
        #expect(after.changes(to: after) == [])
        #expect(SupervisorOptions().changes(to: SupervisorOptions()) == [])
    }

    @Test("a whole file is read")
    func whole() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        try Data("very secret\n".utf8).write(to: folder.appendingPathComponent("hook.secret"))
        let file = folder.appendingPathComponent(SettingsFile.name)
        try Data(
            """
            # What concerns all instances.
            retention: {samples: 24h, minutes: 7d, hours: 52w}
            alerts:
              - name: ops
                on: [incident-opened, incident-closed]
                instances: warren
                webhook:
                  url: http://127.0.0.1:9000/hook
                  secret-file: hook.secret
                  timeout: 3s
                give-up: 30m
              - name: pager
                on: fatal
                command: {run: [/bin/sh, -c, "exit 0"]}

            """.utf8
        ).write(to: file)
        #expect(SettingsFile.path(beside: folder.path) == file.path)
        let reading = SettingsFile.read(file.path)
        #expect(reading.diagnostics == [])
        #expect(
            reading.options.retention
                == Retention(samples: .seconds(86_400), minutes: .seconds(7 * 86_400), hours: .seconds(364 * 86_400)))
        var ops = AlertSettings(
            name: "ops", occasions: [.incidentOpened, .incidentClosed],
            receiver: .webhook(url: "http://127.0.0.1:9000/hook", secret: Array("very secret".utf8)))
        (ops.instances, ops.attemptLimit, ops.patience) = (["warren"], .seconds(3), .seconds(1800))
        let pager = AlertSettings(
            name: "pager", occasions: [.fatal], receiver: .command(program: "/bin/sh", arguments: ["-c", "exit 0"]))
        #expect(reading.options.alerts == [ops, pager])
    }

    @Test("an empty file, one of comments alone, and a folder without one leave everything as it is")
    func nothing() {
        for text in ["", "# nothing yet\n", "\n\n"] {
            let reading = SettingsFile.read(text, file: "supervise.yaml")
            #expect(reading.diagnostics == [])
            #expect(reading.options == SupervisorOptions())
        }
        #expect(SettingsFile.path(beside: "/nonexistent") == nil)
    }

    @Test(
        "a mistake is told with its place and what to write instead",
        arguments: ["no-yaml", "unknown-names", "retention", "alerts", "twice", "all-at-once"])
    func mistakes(name: String) throws {
        let source = Self.golden.appendingPathComponent("\(name).yaml")
        let text = try String(contentsOf: source, encoding: .utf8)
        let reading = SettingsFile.read(text, file: "supervise.yaml")
        #expect(!reading.isValid && reading.options == SupervisorOptions())
        let told = reading.diagnostics.map { $0.rendered(color: false) }.joined(separator: "\n") + "\n"
        let expected = Self.golden.appendingPathComponent("\(name).txt")
        if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
            try Data(told.utf8).write(to: expected)
        }
        #expect(told == (try String(contentsOf: expected, encoding: .utf8)))
    }

    @Test("an alert of an instance that is not beside the file is told of, and holds")
    func unknownInstance() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        for name in ["warren.cfg", "cluster.cfg"] { try Data().write(to: folder.appendingPathComponent(name)) }
        let reading = SettingsFile.read(
            "alerts: [{name: a, on: fatal, instances: [waren, cluster], command: {run: /bin/sh}}]",
            file: folder.appendingPathComponent("supervise.yaml").path)
        #expect(reading.isValid && reading.options.alerts.first?.instances == ["waren", "cluster"])
        let told = try #require(reading.diagnostics.first)
        #expect(reading.diagnostics.count == 1 && told.severity == .warning && told.location.column == 43)
        #expect(told.message == "no instance is called 'waren'")
        #expect(told.help == "did you mean 'warren'? beside this file are cluster, warren")
    }

    @Test("what is no text, or too much of it, is refused as a whole")
    func noText() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("settings-\(UUID().uuidString).yaml")
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: path) } }
        for bytes in [Data([0xFF, 0xFE, 0x00]), Data(repeating: 0x20, count: SettingsFile.maximumBytes + 1)] {
            try bytes.write(to: path)
            #expect(SettingsFile.read(path.path).diagnostics.map(\.severity) == [.error])
        }
        #expect(!SettingsFile.read("/nonexistent/supervise.yaml").isValid)
    }
}
