import Foundation
import Testing

@testable import Configuration

/// The lines that HAProxy refuses (`supervise check --haproxy`), held against the real one.
@Suite("Lines that HAProxy refuses")
struct HAProxyRefusalTests {
    private static let program = "/usr/sbin/haproxy"

    /// One line a keyword of our own, and each other reading that is kinder than HAProxy's.
    private static let lines = [
        "panic-threshold 50%", "failback auto", "failback hold 5m", "failback manual", "failback-drain 5m",
        "rebalance auto", "rebalance off", "max-session-age 1h", "max-session-age 1h jitter 5%", "option amqp-check",
        "no option amqp-check", "default-server max-session-age 1h",
        "server x 192.0.2.9:1 max-session-age 1h jitter 5%",
        "server-template x 2 192.0.2.9:1 max-session-age 1h",
        "clitimeout 5s", "contimeout 5s", "srvtimeout 5s", "redispatch", "redisp",
        // What both take.
        "option redispatch", "balance random(3)", "timeout client 5s", "server failback 192.0.2.9:1",
        "server rebalance 192.0.2.9:1 weight 3", "option tcplog", "no option redispatch", "retries 3",
    ]

    private static func text(_ line: String) -> String {
        """
        defaults
            mode tcp
            timeout connect 5s
            timeout client 120s
            timeout server 120s
        listen p
            bind 127.0.0.1:7777
            server s 192.0.2.1:1 check
            server b 192.0.2.2:1 check backup
            \(line)

        """
    }

    private static func refused(_ text: String) -> [Int] {
        HAProxyRefusals.lines(Array(text.utf8), file: "test.cfg", environment: [:]).map(\.location.line)
    }

    /// The lines that the real HAProxy has an error for, in order.
    private static func refusedThere(_ text: String) throws -> [Int] {
        let path = FileManager.default.temporaryDirectory.appending(path: "refused-\(UUID().uuidString).cfg")
        defer { try? FileManager.default.removeItem(at: path) }
        try text.write(to: path, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["-c", "-f", path.path()]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let alerts = output.split(separator: "\n").filter { $0.hasPrefix("[ALERT]") }
        return alerts.compactMap { alert in
            guard let place = alert.firstRange(of: "\(path.lastPathComponent):") else { return nil }
            return Int(alert[place.upperBound...].prefix(while: \.isNumber))
        }
    }

    private static let isInstalled = FileManager.default.isExecutableFile(atPath: program)

    @Test("each line is told of exactly when haproxy -c refuses it", .enabled(if: isInstalled), arguments: lines)
    func agreement(line: String) throws {
        let text = Self.text(line)
        let there = try Self.refusedThere(text)
        #expect(Self.refused(text) == there, "\(line)")
        #expect(there.isEmpty || there == [10])
        let own = ConfigurationReader.parse(text, file: "test.cfg", instance: "test", environment: [:])
        #expect(own.configuration != nil || line == "no option amqp-check", "\(own.diagnostics)")
    }

    @Test("an address after a proxy's name, and a last line without a line feed", .enabled(if: isInstalled))
    func structure() throws {
        let inline = Self.text("retries 3").replacingOccurrences(
            of: "listen p\n    bind 127.0.0.1:7777", with: "listen p 127.0.0.1:7777\n    backlog 5")
        #expect(Self.refused(inline) == [6])
        // Nor does it know what section the lines below are in.
        #expect(try Self.refusedThere(inline).first == 6)
        let cut = String(Self.text("retries 3").dropLast())
        #expect(Self.refused(cut) == [10])
        #expect(try Self.refusedThere(cut) == [10])
    }

    @Test("what stands in a branch that isn't taken, or in another section, is no matter")
    func elsewhere() {
        let text = Self.text("retries 3").replacingOccurrences(
            of: "defaults\n", with: ".if defined(NOBODY_SETS_THIS)\ndefaults x\n    failback manual\n.endif\ndefaults\n"
        )
        #expect(Self.refused(text) == [])
    }
}
