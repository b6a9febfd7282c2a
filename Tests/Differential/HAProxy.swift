import Foundation
import Glibc
import Peers
import Testing

/// A running HAProxy.
final class HAProxy: Sendable {
    /// Where its frontend listens.
    let port: UInt16
    private let process: pid_t
    private let folder: URL
    private let socketPath: String

    /// Whether there is a HAProxy to compare with; says why not, which is a failure in CI.
    static func isInstalled() throws -> Bool {
        if executable != nil { return true }
        let reason = "haproxy is not installed: nothing is compared (apt-get install haproxy)"
        if ProcessInfo.processInfo.environment["CI"] == "true" {
            Issue.record("\(reason)")
        } else {
            print("skipped: \(reason)")
        }
        return false
    }

    private static let executable = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy"].first { (path: String) in
        access(path, X_OK) == 0
    }

    /// Starts one and waits until it listens.
    ///
    /// - Parameter text: makes the configuration for a port and the path of a stats socket.
    /// - Throws: `MissingLine` when it doesn't come up.
    init(_ text: (UInt16, String) -> String) throws {
        // The port is held by a bound socket that never listens, so that nobody else gets it meanwhile.
        let reservation = try PeerListener(listens: false)
        port = reservation.port
        folder = URL(filePath: "/tmp/differential-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        socketPath = folder.appending(path: "stats.sock").path
        let file = folder.appending(path: "haproxy.cfg")
        try text(port, socketPath).write(to: file, atomically: true, encoding: .utf8)
        process = try HAProxy.spawn([try #require(HAProxy.executable), "-db", "-f", file.path])
        let deadline = ContinuousClock.now + Peer.patience
        while (try? ask("show info")) == nil {
            guard kill(process, 0) == 0, ContinuousClock.now < deadline else {
                throw MissingLine(description: "haproxy did not start with:\n\(text(port, socketPath))")
            }
            usleep(5_000)
        }
        withExtendedLifetime(reservation) {}
    }

    /// Ends it at once; to be called once.
    func stop() {
        kill(process, SIGKILL)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        // A folder in /tmp that stays behind disturbs nobody.
        try? FileManager.default.removeItem(at: folder)
    }

    /// Its counters.
    func statistics() throws -> Statistics { Statistics(csv: try ask("show stat")) }

    /// Asks its stats socket.
    func ask(_ command: String) throws -> String {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(socketPath.utf8)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw MissingLine(description: "the stats socket does not answer") }
        let peer = Peer(descriptor: descriptor)
        try peer.send(command + "\n")
        return String(decoding: peer.readToEnd().bytes, as: UTF8.self)
    }

    /// Starts a program that inherits none of this process's sockets: those of other tests would never end.
    private static func spawn(_ arguments: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in Int32(0)...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        let code = Loopback.inheritance.withLock { _ in
            posix_spawn(&process, arguments[0], &actions, nil, pointers, environ)
        }
        guard code == 0 else {
            throw MissingLine(description: "haproxy did not start: \(String(cString: strerror(code)))")
        }
        return process
    }
}
