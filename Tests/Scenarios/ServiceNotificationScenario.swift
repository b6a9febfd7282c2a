import Foundation
import Testing

extension Scenarios {
    @Suite("Under systemd")
    struct UnderSystemd {
        @Test("-Ws tells when it serves, when it reads its files anew and when it ends, as HAProxy does")
        func notifications() async throws {
            let own = try HAProxySetUp()
            let told = try await Self.notifications(of: own, program: own.program)
            #expect(told == ["RELOADING=1", "READY=1 MAINPID", "RELOADING=1", "READY=1 MAINPID", "STOPPING=1"])
            let haproxy = "/usr/sbin/haproxy"
            guard
                Requirement.isMet(FileManager.default.isExecutableFile(atPath: haproxy), "\(haproxy) (Debian: haproxy)")
            else { return }
            #expect(try await Self.notifications(of: HAProxySetUp(), program: haproxy) == told)
        }

        /// What systemd would be told of a start, a reload and an end, each only once in a row.
        private static func notifications(of setUp: HAProxySetUp, program: String) async throws -> [String] {
            let systemd = try Systemd(path: "\(setUp.directory.path)/notify")
            let process = try TestProcess(
                [program, "-Ws", "-f", setUp.file],
                environment: ["SUPERVISE_STATE": "", "NOTIFY_SOCKET": systemd.path], keeping: setUp.directory)
            try await systemd.wait(for: 1, "READY=1", from: process)
            process.signal(SIGUSR2)
            try await systemd.wait(for: 2, "READY=1", from: process)
            process.signal(SIGTERM)
            try await process.waitUntilExit()
            try await systemd.wait(for: 1, "STOPPING=1", from: process)
            var lines: [String] = []
            for message in systemd.messages {
                let line = message.replacing("\nMAINPID=\(process.processID)", with: " MAINPID")
                if lines.last != line { lines.append(line) }
            }
            return lines
        }
    }
}

/// Takes what services tell.
final class Systemd {
    let path: String
    private let descriptor: Int32
    private(set) var messages: [String] = []

    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw ScenarioError("socket: \(String(cString: strerror(errno)))") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw ScenarioError("bind \(path): \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// Waits until something was told so many times.
    func wait(for count: Int, _ text: String, from process: TestProcess) async throws {
        try await eventually("\(text), \(count) times, of \(messages); \(process.errorOutput)") {
            var bytes = [UInt8](repeating: 0, count: 4096)
            while case let length = recv(descriptor, &bytes, bytes.count, 0), length > 0 {
                messages.append(String(decoding: bytes.prefix(length), as: UTF8.self))
            }
            return messages.count { $0.hasPrefix(text) } >= count
        }
    }
}
