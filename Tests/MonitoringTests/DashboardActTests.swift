import AsyncHTTPClient
import Configuration
import Foundation
import History
import Logging
import Model
import NIOHTTP1
import Supervision
import Testing

@testable import Monitoring

@Suite("Orders through the dashboard", .timeLimit(.minutes(1)))
struct DashboardActTests {
    // MARK: The file

    @Test("a file names users, with passwords as they are or as crypt(3) has them")
    func file() throws {
        let text = "# who may\n\nada:s:e cret\ngrace:$5$salt$hash\r\n"
        #expect(
            try DashboardUsers.users(in: text, of: "f") == [
                .init(name: "ada", password: .plain("s:e cret")),
                .init(name: "grace", password: .crypted("$5$salt$hash")),
            ])
    }

    @Test(
        "a file that cannot be used says where, why and what to write",
        arguments: [
            ("ada\n", "f:1:1: error: there is no name before a colon\n  help: write NAME:PASSWORD"),
            ("\n:x\n", "f:2:1: error: there is no name before a colon\n  help: write NAME:PASSWORD"),
            ("ada:\n", "f:1:1: error: 'ada' has no password\n  help: write ada:PASSWORD"),
            ("ada:1\nada:2\n", "f:2:1: error: 'ada' is there twice\n  help: leave one of the lines out"),
            ("# none\n", "f: there is no user in it\n  help: write a line NAME:PASSWORD for each"),
        ])
    func wrongFile(text: String, message: String) {
        let error = #expect(throws: DashboardUsersError.self) { try DashboardUsers.users(in: text, of: "f") }
        #expect(error?.description == message)
    }

    @Test("a file that everybody may read is refused, and one that is not there")
    func permissions() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/passwords"
        #expect(throws: DashboardUsersError.self) { try DashboardUsers(file: path) }
        try "ada:secret\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let error = #expect(throws: DashboardUsersError.self) { try DashboardUsers(file: path) }
        #expect(error?.description == "\(path): everybody may read these passwords\n  help: chmod 600 \(path)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        _ = try DashboardUsers(file: path)
    }

    @Test("a user is one with the right password, also when it is a hash, and nobody else")
    func users() async throws {
        // openssl passwd -5 -salt salt secret
        let users = DashboardUsers([
            .init(name: "ada", password: .plain("secret")),
            .init(
                name: "grace", password: .crypted("$5$salt$kpa26zwgX83BPSR8d7w93OIXbFt/d3UOTZaAu5vsTM6")),
        ])
        func header(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }
        for _ in 1...2 {
            #expect(try await users.user(header("ada:secret")) == "ada")
            #expect(try await users.user(header("grace:secret")) == "grace")
        }
        for wrong in [nil, header("ada:Secret"), header("eve:secret"), "Bearer x"] {
            #expect(try await users.user(wrong) == nil)
        }
    }

    // MARK: Forms

    private func order(_ body: String) throws -> DashboardOrder { try DashboardOrder(body) { $0 == "t" } }

    @Test("a form says what to do and why")
    func forms() throws {
        let drain = try order("token=t&server=warren%2Fp+q%2Frabbit&reason=+new+disks%0D%0Anow&act=drain")
        let rabbit = ServerIdentity(instance: "warren", proxy: "p q", server: "rabbit")
        #expect(drain.act == .set(.drain, rabbit))
        #expect(drain.reason == "new disks now")
        #expect(try order("token=t&instance=warren&act=restart&reason=x").act == .restart("warren"))
    }

    @Test(
        "a form that makes no sense is refused",
        arguments: [
            ("server=a/b/c&reason=x&act=drain", DashboardOrder.Refusal.foreign),
            ("token=u&server=a/b/c&reason=x&act=drain", .foreign), ("", .foreign),
            ("token=t&server=a/b/c&act=drain", .noReason), ("token=t&server=a/b/c&reason=+%09&act=drain", .noReason),
            ("token=t&server=a/b/c&reason=\(String(repeating: "x", count: 501))&act=drain", .noReason),
            ("token=t&server=a/b&reason=x&act=drain", .unknown), ("token=t&server=a/b/c&reason=x&act=stop", .unknown),
            ("token=t&instance=a&reason=x&act=stop", .unknown), ("token=t&reason=x&act=restart", .unknown),
        ])
    func wrongForms(body: String, refusal: DashboardOrder.Refusal) {
        #expect(throws: refusal) { try order(body) }
    }

    // MARK: Over HTTP

    private struct Answer {
        let status: UInt
        let location: String?
        let body: String
    }

    private struct Client: Sendable {
        let base: String
        let control: FakeSupervisor
        let users: DashboardUsers?

        func send(
            _ method: HTTPMethod, _ path: String, user: String? = nil, headers: [String: String] = [:],
            body: String? = nil
        ) async throws -> Answer {
            var request = HTTPClientRequest(url: base + path)
            request.method = method
            if let user {
                request.headers.add(
                    name: "Authorization", value: "Basic " + Data(user.utf8).base64EncodedString())
            }
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            if let body { request.body = .bytes(Array(body.utf8)) }
            // Without following redirections, which are what is looked at.
            let client = HTTPClient(
                eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
            let response = try await client.execute(request, timeout: .seconds(10))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
            try await client.shutdown()
            return Answer(
                status: response.status.code, location: response.headers.first(name: "location"), body: text)
        }
    }

    private func serving(
        users: DashboardUsers?, _ body: @escaping @Sendable (Client) async throws -> Void
    ) async throws {
        let control = FakeSupervisor()
        let address = try #require(DashboardAddress("127.0.0.1:0"))
        let server = ControlServer.dashboard(
            address, control: control, history: { FakeHistory() }, users: users,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (listening, announce) = AsyncStream.makeStream(of: Int?.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { announce.finish() }
                try await server.run { port in announce.yield(port) }
            }
            for await port in listening.prefix(1) {
                let base = "http://127.0.0.1:\(try #require(port))"
                try await body(Client(base: base, control: control, users: users))
            }
            group.cancelAll()
            do {
                try await group.waitForAll()
            } catch is CancellationError {
                // Cancelling is how this test ends the server.
            }
        }
    }

    private static let form = "server=warren%2Frabbitmq_cluster%2Frabbit&reason=new+disks&act=drain"

    @Test("without a file the dashboard takes no orders, and offers none")
    func readOnly() async throws {
        try await serving(users: nil) { client in
            #expect(try await client.send(.POST, "/act", body: Self.form).status == 405)
            let page = try await client.send(.GET, "/")
            #expect(page.status == 200)
            #expect(!page.body.contains("<form") && !page.body.contains("sign-in"))
            #expect(client.control.orders.isEmpty)
        }
    }

    @Test("an order is carried out for a user with a form of this page, and the history gets name and reason")
    func orders() async throws {
        let users = DashboardUsers([.init(name: "ada", password: .plain("secret"))])
        try await serving(users: users) { client in
            let stranger = try await client.send(.GET, "/")
            #expect(stranger.body.contains("href=\"/sign-in\"") && !stranger.body.contains("<form"))
            #expect(try await client.send(.GET, "/sign-in").status == 401)
            let signedIn = try await client.send(.GET, "/sign-in", user: "ada:secret")
            #expect((signedIn.status, signedIn.location) == (303, "/"))
            let page = try await client.send(.GET, "/", user: "ada:secret")
            #expect(page.body.contains("name=\"token\" value=\"\(users.token)\""))

            let form = Self.form + "&token=" + users.token
            let host = String(client.base.dropFirst("http://".count))
            let own = ["Origin": client.base, "Sec-Fetch-Site": "same-origin"]
            #expect(try await client.send(.POST, "/act", headers: own, body: form).status == 401)
            #expect(try await client.send(.POST, "/act", user: "ada:wrong", headers: own, body: form).status == 401)
            for headers in [
                ["Origin": "http://evil.example"], ["Origin": "null"], ["Origin": "http://\(host).evil.example"],
                ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
            ] {
                let answer = try await client.send(.POST, "/act", user: "ada:secret", headers: headers, body: form)
                #expect(answer.status == 403, "\(headers)")
            }
            #expect(
                try await client.send(.POST, "/act", user: "ada:secret", headers: own, body: Self.form).status == 403)
            #expect(client.control.orders.isEmpty)

            let done = try await client.send(.POST, "/act", user: "ada:secret", headers: own, body: form)
            #expect((done.status, done.location) == (303, "/server/warren/rabbitmq_cluster/rabbit?done=drain"))
            let restart = "instance=warren&reason=leak&act=restart&token=" + users.token
            #expect(
                try await client.send(.POST, "/act", user: "ada:secret", body: restart).location == "/?done=restart")
            let rabbit = ServerIdentity(instance: "warren", proxy: "rabbitmq_cluster", server: "rabbit")
            let name = "dashboard (ada at 127.0.0.1)"
            #expect(
                client.control.orders == [
                    .act(.server(rabbit, .setState(.drain)), "warren", Operator(name: name, reason: "new disks")),
                    .instance(.restart, "warren", Operator(name: name, reason: "leak")),
                ])
        }
    }

    @Test("what a page is made of may load nothing from elsewhere")
    func policy() async throws {
        try await serving(users: nil) { client in
            for path in ["/", "/events", "/dashboard.css", "/dashboard.js"] {
                let response = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: client.base + path), timeout: .seconds(10))
                let policy = response.headers.first(name: "content-security-policy") ?? ""
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "\(path)")
                let body = String(buffer: try await response.body.collect(upTo: 1 << 20))
                #expect(
                    !body.contains("http://") && !body.contains("https://") && !body.contains("style=\""), "\(path)")
            }
            for path in ["/?period=2h", "/server/a/b/c?at=x", "/server/a/b/c?state=BLUE"] {
                #expect(try await client.send(.GET, path).status == 400, "\(path)")
            }
            #expect(try await client.send(.GET, "/server/a/b/c").status == 404)
        }
    }

    @Test("what the stream sends goes on after a position, and a position can be read again")
    func news() throws {
        let news = try LiveStream.news(after: try #require(StreamPosition("3.5")), in: FakeHistory())
        #expect(news.position.text == "7.5")
        #expect(news.text.hasPrefix("event: transition\nid: 7.5\ndata: {\"at\":\"2026-11-22T14:50:00.123Z\""))
        #expect(news.text.hasSuffix("}\n\n"))
        #expect(try LiveStream.news(after: news.position, in: FakeHistory()).text == "")
        #expect(try StreamPosition(presentOf: FakeHistory()).text == "7.0")
        for wrong in ["", "3", "3.", "-1.0", "a.b", "1.2.3"] { #expect(StreamPosition(wrong) == nil) }
    }
}
