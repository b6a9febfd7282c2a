import Foundation
import Testing

@testable import Configuration

/// What is right and will hurt all the same (`supervise check --lint`).
@Suite("Lint")
struct LintTests {
    private static let head = """
        global
            log 127.0.0.1 local0
        defaults
            mode tcp
            log global
            option tcplog
            option redispatch
            option clitcpka
            option srvtcpka
            balance leastconn
            timeout connect 5s
            timeout client 3h
            timeout server 3h

        """

    private static let servers = """
            server one 192.0.2.1:5672 check
            server two 192.0.2.2:5672 check

        """

    private static func listen(_ lines: String = "", servers: String = servers, head: String = head) -> String {
        head + "listen rabbit\n    bind 127.0.0.1:5670\n" + lines + servers
    }

    private static func find(_ text: String, limit: Int? = nil) -> [String] {
        Linter.findings(
            Array(text.utf8), file: "test.cfg", instance: "test", environment: [:],
            machine: Linter.Machine(descriptorLimit: limit)
        ).map { "\($0.diagnostic.location.line):\($0.diagnostic.location.column) \($0.rule.rawValue)" }
    }

    @Test("a file that avoids every pitfall has none")
    func clean() {
        #expect(Self.find(Self.listen()) == [])
        #expect(Self.find(Self.listen("    option amqp-check\n")) == ["16:5 amqp-check-noise"])
    }

    private static func without(_ line: String) -> String {
        head.replacingOccurrences(of: "    \(line)\n", with: "")
    }

    private static func with(_ line: String, for other: String) -> String {
        head.replacingOccurrences(of: other, with: line)
    }

    private static let cases: [(text: String, expected: [String])] = [
        // Silence: a limit of the client's, one of the broker's, one for both, none at all.
        (listen(head: with("timeout client 50s", for: "timeout client 3h")), ["12:5 amqp-timeout-client"]),
        (listen(head: with("timeout server 1m", for: "timeout server 3h")), ["13:5 amqp-timeout-server"]),
        (listen("    timeout tunnel 90s\n"), ["16:5 amqp-timeout-client"]),
        (listen("    timeout tunnel 1h\n", head: with("timeout client 5s", for: "timeout client 3h")), []),
        (listen("    timeout client 119999ms\n"), ["16:5 amqp-timeout-client"]),
        (listen("    timeout client 120s\n"), []),
        (listen("    timeout client 0\n", head: without("option clitcpka")), ["15:5 amqp-no-keepalive"]),
        (listen("    timeout client 0\n"), []),
        (listen("    timeout server 0\n", head: without("option srvtcpka")), ["15:5 amqp-no-keepalive"]),
        // Checks that the broker writes down.
        (listen("    option tcp-check\n    tcp-check expect string x\n"), ["16:5 amqp-check-noise"]),
        (listen("    option tcp-check\n"), []),
        (listen("    option httpchk\n"), ["16:5 amqp-check-noise"]),
        (listen("    option httpchk\n    default-server port 15672\n"), []),
        (listen("    option tcp-check\n    tcp-check connect port 15672\n    tcp-check send x\n"), []),
        // Servers.
        (listen(servers: "    server one 192.0.2.1:5672 check\n"), ["16:12 one-server"]),
        (
            listen(servers: "    server one 192.0.2.1:5672\n" + "    server two 192.0.2.2:5672 check\n"),
            [
                "16:12 servers-unchecked"
            ]
        ),
        (
            listen(servers: "    server one 192.0.2.1:5672 check\n    server two 192.0.2.1:5673 check\n"),
            [
                "17:12 one-address"
            ]
        ),
        (listen(servers: "    server one 127.0.0.1:5672 check\n    server two 127.0.0.1:5673 check\n"), []),
        (listen(head: without("balance leastconn")), ["13:1 balance-unset"]),
        (listen(head: without("option redispatch")), ["13:1 retries-without-redispatch"]),
        (listen("    retries 5\n", head: without("option redispatch")), ["15:5 retries-without-redispatch"]),
        (listen("    retries 0\n", head: without("option redispatch")), []),
        // A warren.
        (
            listen(servers: servers.replacingOccurrences(of: ".2:5672 check", with: ".2:5672 check backup")),
            [
                "17:12 warren-without-failback"
            ]
        ),
        (
            listen(
                "    failback auto\n",
                servers: servers.replacingOccurrences(of: ".2:5672 check", with: ".2:5672 check backup")), []
        ),
        (
            listen(
                servers: "    server one 192.0.2.1:5672 check on-marked-up shutdown-backup-sessions\n"
                    + "    server two 192.0.2.2:5672 check backup\n"), []
        ),
        // Logs, limits and what only words show.
        (
            listen(head: without("log global").replacingOccurrences(of: "    option tcplog\n", with: "")),
            [
                "12:1 log-without-target"
            ]
        ),
        (listen() + "# policy: ha-mode all\n", ["18:11 mirrored-queues"]),
        // Nothing shows AMQP: what is only about AMQP isn't said.
        (
            listen(
                servers: "    server one 192.0.2.1:80 check\n    server two 192.0.2.2:80 check backup\n",
                head: with("timeout client 50s", for: "timeout client 3h")), []
        ),
        // A file with errors has those.
        (listen("    nonsense\n", head: with("timeout client 50s", for: "timeout client 3h")), []),
    ]

    @Test("every rule finds its pitfall, at its place, and nothing beside it", arguments: cases.indices)
    func rules(number: Int) {
        let (text, expected) = Self.cases[number]
        #expect(Self.find(text) == expected, "\(text)")
    }

    @Test("more sessions than sockets are found by the machine's limit, or by the file's own")
    func fileLimit() {
        let text = Self.listen(
            head: Self.head.replacingOccurrences(of: "global\n    log 1", with: "global\n    maxconn 20000\n    log 1"))
        #expect(Self.find(text).isEmpty)
        #expect(Self.find(text, limit: 40_000).isEmpty)
        #expect(Self.find(text, limit: 39_999) == ["2:5 maxconn-above-file-limit"])
        let own = text.replacingOccurrences(of: "    maxconn", with: "    ulimit-n 1024\n    maxconn")
        #expect(Self.find(own, limit: 100_000) == ["3:5 maxconn-above-file-limit"])
    }

    @Test("each finding says what to write, with the rule's name at its end and the line below")
    func wording() throws {
        let text = Self.listen(head: Self.with("timeout client 50s", for: "timeout client 3h"))
        let finding = try #require(
            Linter.findings(Array(text.utf8), file: "test.cfg", instance: "test", environment: [:]).first)
        #expect(
            finding.diagnostic.rendered(color: false) == """
                test.cfg:12:5: warning: 'timeout client' is shorter than two of the broker's heartbeats of 60s: connections \
                that are merely quiet are cut; 'option clitcpka' doesn't help, its probes are no traffic to this limit \
                [amqp-timeout-client]
                  12 |     timeout client 50s
                     |     ^
                  help: write 'timeout client 3h'
                """)
    }

    @Test("files that people really use: each finding has a place and a help, and AMQP is found where it is")
    func corpus() throws {
        let folder = Folder.instances.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "shared/corpus")
        guard FileManager.default.fileExists(atPath: folder.path()) else {
            print("skipped: there is no folder \(folder.path())")
            return
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).filter { $0.hasSuffix(".cfg") }
        #expect(names.count >= 71)
        var rules: Set<LintRule> = []
        for name in names {
            let path = folder.appending(path: name).path()
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self).lowercased()
            let showsAMQP = ["567", "amqp"].contains { text.contains($0) }
            for finding in Linter.findings(file: path, environment: [:]) {
                #expect(finding.diagnostic.location.line > 0 && finding.diagnostic.help != nil)
                #expect(showsAMQP || !finding.rule.rawValue.hasPrefix("amqp"), "\(name): \(finding)")
                rules.insert(finding.rule)
            }
        }
        #expect(rules.isSuperset(of: [.timeoutClient, .timeoutServer, .noKeepalive, .warren, .oneServer]))
    }

    @Test("the documentation has an entry for each rule, and each rule a name of its own")
    func documentation() throws {
        let folder = Folder.instances.deletingLastPathComponent().appending(path: "Documentation/lint.md")
        let text = String(decoding: try Data(contentsOf: folder), as: UTF8.self)
        #expect(Set(LintRule.allCases.map(\.rawValue)).count == LintRule.allCases.count)
        for rule in LintRule.allCases { #expect(text.contains("\n## \(rule.rawValue)\n"), "\(rule.rawValue)") }
    }
}
