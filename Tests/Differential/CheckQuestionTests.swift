import Foundation
import Peers
import Synchronization
import Testing

/// What checks say, byte for byte.
@Suite("what checks say, beside HAProxy", .serialized)
struct CheckQuestionTests {
    /// What each server was told first, by whomever.
    private final class Questions: Sendable {
        // Owner: the mutex; added to by the servers' threads.
        private let content = Mutex<[String: Set<[UInt8]>]>([:])

        var all: [String: Set<[UInt8]>] { content.withLock { $0 } }

        func server(_ name: String, greeting: String = "") -> FakeServer.Behaviour {
            .custom { peer in
                if !greeting.isEmpty { try peer.send(greeting) }
                var question: [UInt8] = []
                // A question may come in several pieces.
                while case let (bytes, ending) = peer.receive(atMost: 4096, within: .milliseconds(100)), !bytes.isEmpty
                {
                    question += bytes
                    if ending != .open { break }
                }
                self.content.withLock { _ = $0[name, default: []].insert(question) }
            }
        }
    }

    @Test("both sides say the same")
    func questions() async throws {
        let questions = Questions()
        let names = [
            "http", "send", "old", "state", "redis", "ldap", "mysql", "mysqlold", "pgsql", "text", "binary", "format",
        ]
        var servers = Dictionary(uniqueKeysWithValues: names.map { ($0, questions.server($0)) })
        servers["smtp"] = questions.server("smtp", greeting: "220 mail\r\n")
        var scene = try CheckScene(servers)
        scene.add(["option httpchk"], "http")
        scene.add(
            [
                "option httpchk GET /x?y HTTP/1.1",
                "http-check send hdr Host foo hdr X-Test \"a b\" hdr Content-Length 7 body \"some body\"",
            ], "send")
        scene.add(["option httpchk HEAD /x HTTP/1.1\\r\\nHost:\\ www"], "old")
        scene.add(["option httpchk", "http-check send-state", "http-check send meth PUT uri /z"], "state")
        scene.add(["option redis-check"], "redis")
        scene.add(["option ldap-check"], "ldap")
        scene.add(["option mysql-check user haproxy"], "mysql")
        scene.add(["option mysql-check user haproxy pre-41"], "mysqlold")
        scene.add(["option pgsql-check user joe"], "pgsql")
        scene.add(["option smtpchk EHLO my.host"], "smtp")
        scene.add(["option tcp-check", "tcp-check send a\\ b\\r\\n", "tcp-check expect string x"], "text")
        scene.add(["option tcp-check", "tcp-check send-binary 00ff0a", "tcp-check expect string x"], "binary")
        scene.add(
            [
                "option tcp-check", "tcp-check set-var(check.x) str(hello)",
                "tcp-check send-lf \"%[var(check.x),upper] %[srv_name] %b %%\"", "tcp-check expect string x",
            ], "format")
        try await scene.compare()
        for name in servers.keys.sorted() {
            let said = questions.all[name, default: []].map { String(decoding: $0, as: UTF8.self) }
            #expect(said.count == 1, "\(name): \(said)")
        }
    }
}
