import Configuration
import Foundation
import Model
import Testing

@testable import Monitoring

// One after the other: the time limits below are short, and a crowd keeps small machines busy.
@Suite("A statistics address", .serialized, .timeLimit(.minutes(1)))
struct StatisticsServerTests {
    @Test("the page comes with HAProxy's headers and tells the browser to refresh")
    func page() async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await get("/stats", fixture)
            #expect(view.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            for header in ["cache-control: no-cache", "content-type: text/html", "refresh: 5"] {
                #expect(view.text.contains("\r\n\(header)"), "\(header)")
            }
            #expect(view.text.contains("rabbit_backup"))
            #expect(view.isClosed)
        }
    }

    @Test("the address is a prefix, and options may follow in any order")
    func options() async throws {
        try await SurfaceFixture.run { fixture in
            #expect(try await get("/statsfoo", fixture).text.hasPrefix("HTTP/1.1 200"))
            #expect(try await get("http://localhost/stats", fixture).text.hasPrefix("HTTP/1.1 200"))
            let csv = try await get("/stats;up;csv;norefresh", fixture).text
            #expect(csv.contains("content-type: text/plain\r\n"))
            #expect(csv.contains("\r\n\r\n# pxname,svname,"))
            #expect(!csv.contains("refresh: "))
            #expect(!csv.contains("rabbitmq_warren,rabbit,"))
        }
    }

    @Test("HEAD gives headers alone")
    func head() async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await request("HEAD /stats HTTP/1.1\r\nConnection: close\r\n\r\n", fixture)
            #expect(view.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(view.text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("a change is refused with a redirection, and the page says so")
    func change() async throws {
        try await SurfaceFixture.run { fixture in
            let body = "s=rabbit&action=drain"
            let view = try await request(
                "POST /stats HTTP/1.1\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)",
                fixture)
            #expect(view.text.hasPrefix("HTTP/1.1 303 See Other\r\n"))
            #expect(view.text.contains("location: /stats;st=DENY\r\n"))
            #expect(try await get("/stats;st=DENY", fixture).text.contains("Action denied."))
        }
    }

    @Test("anything else finds no server", arguments: ["GET /other", "PUT /stats", "OPTIONS /stats", "DELETE /stats"])
    func notServed(line: String) async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await request("\(line) HTTP/1.1\r\nConnection: close\r\n\r\n", fixture)
            #expect(view.text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
            #expect(view.text.contains("content-length: 107\r\n"))
            #expect(view.text.hasSuffix("No server is available to handle this request.\n</body></html>\n"))
        }
    }

    @Test("an instance that nothing runs has no statistics")
    func noWorker() async throws {
        try await SurfaceFixture.run(snapshot: nil) { fixture in
            let view = try await get("/stats", fixture)
            #expect(view.text.hasPrefix("HTTP/1.1 503 "))
        }
    }

    @Test("only the right password opens a protected page")
    func password() async throws {
        var stats = SurfaceFixture.stats
        stats.users = [StatsConfiguration.User(name: "ada", password: "a:b"), .init(name: "bob", password: "x")]
        stats.realm = "Rabbit \"1\""
        try await SurfaceFixture.run(stats: stats) { fixture in
            let refused = try await get("/stats", fixture).text
            #expect(refused.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
            #expect(refused.contains("www-authenticate: Basic realm=\"Rabbit \\\"1\\\"\"\r\n"))
            for (user, isRight) in [
                ("ada:a:b", true), ("bob:x", true), ("ada:x", false), ("ada:a:b:", false), ("", false),
            ] {
                let secret = Data(user.utf8).base64EncodedString()
                let view = try await request(
                    "GET /stats HTTP/1.1\r\nAuthorization: Basic \(secret)\r\nConnection: close\r\n\r\n", fixture)
                #expect(view.text.hasPrefix(isRight ? "HTTP/1.1 200" : "HTTP/1.1 401"), "\(user)")
            }
        }
    }

    @Test("several requests may follow each other on one connection, also at once")
    func keepAlive() async throws {
        try await SurfaceFixture.run { fixture in
            let one = "GET /stats;csv HTTP/1.1\r\nHost: x\r\n\r\n"
            let view = try await talk(
                to: fixture.page,
                [
                    .send(one + one), .readUntil("\n"), .send("GET /nope HTTP/1.1\r\nConnection: close\r\n\r\n"),
                    .readToEnd,
                ])
            #expect(view.text.components(separatedBy: "HTTP/1.1 200 OK").count == 3)
            #expect(view.text.components(separatedBy: "HTTP/1.1 503 ").count == 2)
            let counts = fixture.counters.read()
            #expect(counts.totalRequests == 3)
            #expect(counts.interceptedRequests == 2)
            #expect(counts.responses.byClass == [0, 2, 0, 0, 1, 0])
            #expect(counts.unservedRequests == 1)
            #expect(counts.lastRequestAt != nil)
        }
    }

    @Test("an HTTP/1.0 client is answered and closed")
    func oldClient() async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await request("GET /stats;csv HTTP/1.0\r\n\r\n", fixture)
            #expect(view.text.contains("connection: close\r\n"))
            #expect(view.isClosed)
        }
    }

    @Test("a client that has half-closed still gets its answer")
    func halfClose() async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await talk(
                to: fixture.page, [.send("GET /stats;csv HTTP/1.1\r\nHost: x\r\n\r\n"), .halfClose, .readToEnd])
            #expect(view.text.contains("private_monitoring,BACKEND,"))
        }
    }

    @Test(
        "what is no request is refused with 400",
        arguments: ["\u{16}\u{3}\u{1}\r\n\r\n", "CONNECT x:1 HTTP/1.1\r\n\r\n"])
    func malformed(text: String) async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await request(text, fixture)
            #expect(view.text.hasPrefix("HTTP/1.1 400 Bad request\r\n"))
            #expect(view.isClosed)
            #expect(fixture.counters.read().requestErrors == 1)
        }
    }

    @Test("a head of endless length is refused with 400", arguments: ["GET /stats", "GET /stats HTTP/1.1\r\nA: "])
    func endlessHead(beginning: String) async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await talk(to: fixture.page, [.send(beginning), .flood(64 << 20), .readToEnd])
            #expect(view.isClosed)
            let bytes = fixture.counters.read().bytesIn
            #expect(bytes < 4 << 20, "\(bytes) bytes were read")
        }
    }

    @Test("a body of endless length cuts the client off")
    func endlessBody() async throws {
        try await SurfaceFixture.run { fixture in
            let view = try await talk(
                to: fixture.page,
                [.send("POST /stats HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n"), .flood(64 << 20), .readToEnd])
            #expect(view.isClosed)
            #expect(fixture.counters.read().bytesIn < 4 << 20)
        }
    }

    @Test("a request that does not end in time is refused with 408, however slowly it goes on")
    func slowRequest() async throws {
        try await SurfaceFixture.run(timeout: .milliseconds(300)) { fixture in
            let view = try await talk(to: fixture.page, [.send("GET /st"), .readToEnd], deadline: 60)
            #expect(view.text.hasPrefix("HTTP/1.1 408 Request Time-out\r\n"))
            #expect(view.seconds < 20)
        }
    }

    @Test("a client that asks and asks and never reads is cut off, and little of it is taken in")
    func neverReading() async throws {
        try await SurfaceFixture.run(timeout: .milliseconds(500)) { fixture in
            let requests = String(repeating: "GET /stats HTTP/1.1\r\nHost: x\r\n\r\n", count: 1000)
            // Well before it gives up by itself.
            let view = try await talk(to: fixture.page, [.pour(requests)], deadline: 60)
            #expect(view.seconds < 50)
            #expect(fixture.counters.read().bytesIn < 4 << 20)
        }
    }

    @Test("an idle connection is closed without a word after its first answer")
    func idle() async throws {
        try await SurfaceFixture.run(timeout: .seconds(2)) { fixture in
            let view = try await talk(
                to: fixture.page, [.send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n"), .readToEnd])
            #expect(view.text.components(separatedBy: "HTTP/1.1 ").count == 2)
        }
    }

    @Test("more connections than allowed wait in the backlog")
    func maxconn() async throws {
        try await SurfaceFixture.run(timeout: .milliseconds(500), maxconn: 1) { fixture in
            async let first = talk(to: fixture.page, [.send("GET /st"), .readToEnd])
            async let second = talk(to: fixture.page, [.send("GET /st"), .readToEnd])
            let views = try await [first, second]
            #expect(views.allSatisfy { $0.text.hasPrefix("HTTP/1.1 408 ") })
            #expect(fixture.counters.read().maxSessions == 1)
        }
    }

    @Test("a crowd of clients is answered, each in full")
    func crowd() async throws {
        try await SurfaceFixture.run(timeout: .seconds(20), maxconn: 20) { fixture in
            let complete = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await talk(
                            to: fixture.page, [.send("GET /stats HTTP/1.0\r\n\r\n"), .readToEnd], deadline: 30
                        ).text.hasSuffix("</html>\n")
                    }
                }
                return try await group.reduce(into: 0) { count, isComplete in count += isComplete ? 1 : 0 }
            }
            #expect(complete == 200)
            let counts = fixture.counters.read()
            #expect(counts.interceptedRequests == 200)
            #expect(counts.maxSessions <= 20)
        }
    }

    @Test("bytes and connections are counted on the wire")
    func counting() async throws {
        try await SurfaceFixture.run { fixture in
            let text = "GET /stats;csv HTTP/1.1\r\nConnection: close\r\n\r\n"
            let view = try await request(text, fixture)
            let counts = fixture.counters.read()
            #expect(counts.bytesIn == text.utf8.count)
            #expect(counts.bytesOut == view.text.utf8.count)
            #expect((counts.totalSessions, counts.maxSessions) == (1, 1))
        }
    }

    private func get(_ target: String, _ fixture: SurfaceFixture) async throws -> ClientView {
        try await request("GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", fixture)
    }

    private func request(_ text: String, _ fixture: SurfaceFixture) async throws -> ClientView {
        try await talk(to: fixture.page, [.send(text), .readToEnd])
    }
}
