import Foundation
import Peers
import Testing

/// The headers that tell servers who their clients are.
@Suite("PROXY headers to servers, beside HAProxy", .serialized)
struct HeaderTests {
    /// The bytes without what differs from run to run: in text the ports' digits; in binary ports and checksum.
    private static func comparable(_ bytes: [UInt8], _ ports: [UInt16]) -> String {
        if bytes.first == UInt8(ascii: "P") {
            return ports.reduce(String(decoding: bytes, as: UTF8.self)) { $0.replacing(" \($1)", with: " …") }
        }
        var words = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        // Two ports after two addresses of 4 or of 16 bytes; none where nobody is announced.
        let places = [0x11: 24..<28, 0x21: 48..<52]
        if words.count > 13, let place = places[Int(bytes[13])], place.upperBound <= words.count {
            words.replaceSubrange(place, with: place.map { _ in "…" })
        }
        for start in stride(from: 16, to: words.count - 6, by: 1) where bytes[start...].starts(with: [3, 0, 4]) {
            words.replaceSubrange(start + 3..<start + 7, with: ["…", "…", "…", "…"])
        }
        return words.joined(separator: " ")
    }

    @Test(
        "a connection begins with the header, and the client's bytes follow",
        arguments: [
            "send-proxy", "send-proxy-v2", "send-proxy send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c",
            "send-proxy-v2 proxy-v2-options crc32c,unique-id", "proxy-v2-options crc32c", "send-proxy-v2-ssl",
            "send-proxy-v2-ssl-cn", "send-proxy-v2-ssl no-send-proxy-v2", "send-proxy-v2-ssl no-send-proxy-v2-ssl",
            "send-proxy no-send-proxy",
        ])
    func connection(options: String) async throws {
        try await Scenario(servers: [options]) { stage in
            let client = try stage.connect()
            try client.send("hello")
            let server = try stage.servers[0].accept()
            client.finish()
            let (bytes, ending) = server.readToEnd()
            stage.notes.add(Self.comparable(bytes, [client.localPort, stage.port]) + ", then \(ending.rawValue)")
            server.close()
            try stage.awaitSessionLines(1)
            client.close()
        }.compare()
    }

    @Test("a client that says nothing is announced all the same")
    func silent() async throws {
        try await Scenario(servers: ["send-proxy"]) { stage in
            let client = try stage.connect()
            let server = try stage.servers[0].accept()
            var bytes: [UInt8] = []
            while bytes.last != UInt8(ascii: "\n") { bytes += try server.receive(1) }
            // Nothing else follows.
            bytes += server.receive(atMost: 500, within: .milliseconds(100)).bytes
            stage.notes.add(Self.comparable(bytes, [client.localPort, stage.port]))
            server.close()
            client.close()
        }.compare()
    }

    @Test(
        "checks send it where connections do, unless they have an address of their own",
        arguments: [
            "send-proxy check", "send-proxy-v2 check", "check check-send-proxy",
            "send-proxy check no-check-send-proxy", "send-proxy-v2 proxy-v2-options crc32c check",
        ])
    func check(options: String) async throws {
        try await Scenario(servers: [options + " inter 200ms"]) { stage in
            let checked = try stage.servers[0].accept()
            let (bytes, ending) = checked.readToEnd()
            // The check's own ports are nobody's business: five digits of text.
            let text = Self.comparable(bytes, [stage.servers[0].port]).replacing(/\ \d{4,5}/, with: " …")
            stage.notes.add("\(text), then \(ending.rawValue)")
            checked.close()
        }.compare(ignoring: ["chkfail"])
    }
}
