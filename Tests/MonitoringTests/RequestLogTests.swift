import Configuration
import Foundation
import Glibc
import Model
import Testing

@testable import Monitoring

@Suite("Log lines of a statistics address", .timeLimit(.minutes(1)))
struct RequestLogTests {
    @Test(
        "each request leaves HAProxy's line",
        arguments: [
            (
                "GET /stats;csv HTTP/1.1\r\nConnection: close\r\n\r\n",
                "<STATS> 0/0/0/0/T 200 B - - LR-- 1/1/0/0/0 0/0 \"GET /stats;csv HTTP/1.1\""
            ),
            ("POST /stats HTTP/1.0\r\n\r\n", "<STATS> 0/0/0/0/T 303 B - - LR-- 1/1/0/0/0 0/0 \"POST /stats HTTP/1.0\""),
            (
                "GET /nope HTTP/1.1\r\nConnection: close\r\n\r\n",
                "<NOSRV> 0/-1/-1/-1/T 503 B - - SC-- 1/1/0/0/0 0/0 \"GET /nope HTTP/1.1\""
            ),
            ("junk\r\n\r\n", "<NOSRV> -1/-1/-1/-1/T 400 0 - - PR-- 1/1/0/0/0 0/0 \"<BADREQ>\""),
            ("GET /st", "<NOSRV> -1/-1/-1/-1/T 408 0 - - cR-- 1/1/0/0/0 0/0 \"<BADREQ>\""),
        ])
    func lines(request: String, expected: String) async throws {
        let receiver = try UDPReceiver()
        defer { receiver.close() }
        var bytes = 0
        try await SurfaceFixture.run(timeout: .seconds(2), logTargets: [receiver.target]) { fixture in
            bytes = try await talk(to: fixture.page, [.send(request), .readToEnd]).text.utf8.count
        }
        let line = try receiver.next()
        #expect(line.hasPrefix("<134>"))
        let words = line.dropLast().split(separator: " ")
        let parts = try #require(words.firstIndex(of: "private_monitoring")).advanced(by: 1)
        let rest = words[parts...].joined(separator: " ")
        #expect(masked(rest, bytes) == "private_monitoring/" + expected)
    }

    @Test("a connection without a byte leaves no line")
    func nullConnection() async throws {
        let receiver = try UDPReceiver()
        defer { receiver.close() }
        try await SurfaceFixture.run(timeout: .seconds(1), logTargets: [receiver.target]) { fixture in
            _ = try await talk(to: fixture.page, [.readToEnd])
            _ = try await talk(to: fixture.page, [.send("GET /nope HTTP/1.0\r\n\r\n"), .readToEnd])
        }
        #expect(try receiver.next().contains("GET /nope"))
    }

    /// Puts letters in the place of what differs from run to run: the request's and the total time, and the bytes.
    private func masked(_ text: String, _ bytes: Int) -> String {
        var words = text.split(separator: " ").map(String.init)
        var times = words[1].split(separator: "/").map(String.init)
        times[4] = "T"
        if times[0] != "-1" { times[0] = "0" }
        words[1] = times.joined(separator: "/")
        if words[3] == String(bytes) { words[3] = "B" }
        return words.joined(separator: " ")
    }
}

/// A log server on a port from the kernel.
private struct UDPReceiver {
    private let descriptor: Int32
    let target: LogTarget

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let descriptor = descriptor
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) + getsockname(descriptor, $0, &length)
            }
        }
        guard result == 0,
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size)) == 0
        else { throw POSIXFailure() }
        target = LogTarget(
            destination: .udp(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port)), facility: .local0,
            level: .info)
    }

    /// The next datagram; waits for it until the deadline.
    func next() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 2048)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { throw POSIXFailure() }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    func close() { _ = Glibc.close(descriptor) }
}
