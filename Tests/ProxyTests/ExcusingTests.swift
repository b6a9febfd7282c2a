import Foundation
import Peers
import Testing

/// What clients are told in HTTP mode when there is no server for them.
@Suite("Clients without a server, in HTTP mode")
struct ExcusingTests {
    private static let head = """
        defaults
            timeout connect 100ms
            timeout client 60s
            timeout server 60s

        """

    private func answer(of section: String) async throws -> String {
        var text = ""
        try await withInstance(Self.head + section) { instance in
            let client = try instance.connect()
            try client.send("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
            let (bytes, ending) = client.readToEnd()
            #expect(ending == .fin)
            text = String(decoding: bytes, as: UTF8.self)
            client.close()
            let counters = try await instance.backend().counters
            #expect(counters.bytesOut == Int64(bytes.count))
            #expect(counters.connectionErrors == 1)
        }
        return text
    }

    @Test(
        "a whole answer says that there is none, whether none is usable or the only one refuses",
        arguments: [true, false])
    func unavailable(isDisabled: Bool) async throws {
        let absent = try PeerListener(listens: false)
        let server = "server s \(absent.address)\(isDisabled ? " disabled" : "")"
        let text = try await answer(
            of: "listen web\n    mode http\n    retries 0\n    bind 127.0.0.1:PORT\n    \(server)\n")
        let parts = text.components(separatedBy: "\r\n\r\n")
        try #require(parts.count == 2)
        #expect(parts[0].hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(parts[0].contains("content-length: \(parts[1].utf8.count)\r\n"))
        #expect(parts[1].contains("No server is available to handle this request."))
    }

    @Test("a proxy in TCP mode says nothing")
    func silent() async throws {
        let absent = try PeerListener(listens: false)
        let text = try await answer(
            of: "listen web\n    mode tcp\n    retries 0\n    bind 127.0.0.1:PORT\n    server s \(absent.address)\n")
        #expect(text.isEmpty)
    }
}
