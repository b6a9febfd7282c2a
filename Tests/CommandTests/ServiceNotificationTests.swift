import Foundation
import Testing

@testable import supervise

/// What systemd is told, with a socket in systemd's place.
@Suite("service notification")
struct ServiceNotificationTests {
    /// A datagram socket at an address as `$NOTIFY_SOCKET` gives it.
    private func socket(at address: String) throws -> Int32 {
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        if path[0] == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let result = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        try #require(result == 0)
        return descriptor
    }

    @Test("lines arrive as one datagram, at a path and at an abstract address", arguments: ["/tmp/", "@"])
    func arrives(prefix: String) throws {
        let address = "\(prefix)supervise-\(UUID().uuidString.prefix(12))"
        let descriptor = try socket(at: address)
        defer {
            close(descriptor)
            unlink(address)
        }
        let notification = try #require(ServiceNotification(environment: ["NOTIFY_SOCKET": address]))
        notification.send(["READY=1", "MAINPID=7"])
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        try #require(count > 0)
        #expect(String(decoding: buffer[..<count], as: UTF8.self) == "READY=1\nMAINPID=7")
    }

    @Test("without a socket, or with one of another kind, nobody is told")
    func nobody() {
        #expect(ServiceNotification(environment: [:]) == nil)
        #expect(ServiceNotification(environment: ["NOTIFY_SOCKET": ""]) == nil)
        #expect(ServiceNotification(environment: ["NOTIFY_SOCKET": "vsock:2:1"]) == nil)
    }
}
