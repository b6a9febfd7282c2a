import Foundation
import Peers
import Testing

/// Checks that are another program's business.
@Suite("checks by programs, beside HAProxy", .serialized)
struct ProgramCheckTests {
    @Test("what a program is told, and what its end means")
    func programs() async throws {
        guard try HAProxy.isInstalled() else { return }
        let folder = URL(filePath: "/tmp/programs-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // A folder in /tmp that stays behind disturbs nobody.
        defer { try? FileManager.default.removeItem(at: folder) }
        let programs = [
            "tells":
                "echo \"$*\" > \"$0.said\"; /usr/bin/env | /usr/bin/sort | /bin/grep -E '^(HAPROXY|PATH)' >> \"$0.said\"",
            "three": "exit 3", "killed": "kill -9 $$", "slow": "/bin/sleep 30",
        ]
        // Before anything is started: a program that a new process still has open for writing cannot be run.
        for side in ["theirs", "ours"] { try prepare(programs, in: folder.appending(path: side)) }
        async let theirs = onThread { try playOnHAProxy(programs, in: folder.appending(path: "theirs")) }
        async let ours = playHere(programs, in: folder.appending(path: "ours"))
        let (expected, found) = try await (theirs, ours)
        #expect(expected.count == programs.count + 2)
        #expect(found == expected)
    }

    private func text(_ names: [String], in folder: URL, port: String, logPort: UInt16, socket: String?) -> String {
        var text = "global\n    log 127.0.0.1:\(logPort) local0\n    external-check\n    max-spread-checks 500ms\n"
        if let socket { text += "    insecure-fork-wanted\n    nbthread 1\n    stats socket \(socket) level admin\n" }
        text += "defaults\n    log global\n    mode tcp\n    option log-health-checks\n    timeout connect 1s\n"
        text += "    timeout client 9s\n    timeout server 9s\n    timeout check 1s\n    option external-check\n"
        text += "    external-check path /usr/bin:/bin\n"
        text += "listen front\n    bind 127.0.0.1:\(port)\n    external-check command /nowhere/at-all\n"
        text += "    server gone 127.0.0.1:5 check inter 60s fall 1\n"
        for name in names {
            text += "backend \(name)\n    external-check command \(folder.path)/\(name)\n"
            text += "    server one 127.0.0.1:7 check inter 60s fall 1 maxconn 7\n"
        }
        return text
    }

    private func prepare(_ programs: [String: String], in folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, body) in programs {
            let file = folder.appending(path: name)
            try "#!/bin/sh\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
    }

    /// The lines about checks, and what the program that tells was told.
    private func watch(_ log: LogCollector, _ count: Int, _ folder: URL) throws -> [String] {
        let deadline = ContinuousClock.now + Peer.patience
        while true {
            let lines = log.lines.filter { $0.hasPrefix("Health check") }
            guard lines.count < count else {
                let said = try String(contentsOf: folder.appending(path: "tells.said"), encoding: .utf8)
                return lines.map { $0.replacing(/check duration: \d+ms/, with: "check duration: …") }.sorted() + [said]
            }
            guard ContinuousClock.now < deadline else {
                throw MissingLine(description: "\(lines.count) of \(count) lines")
            }
            usleep(5_000)
        }
    }

    private func playOnHAProxy(_ programs: [String: String], in folder: URL) throws -> [String] {
        let log = try LogCollector()
        let haproxy = try HAProxy { port, socket in
            text(programs.keys.sorted(), in: folder, port: "\(port)", logPort: log.port, socket: socket)
        }
        defer { haproxy.stop() }
        return try watch(log, programs.count + 1, folder)
    }

    private func playHere(_ programs: [String: String], in folder: URL) async throws -> [String] {
        let log = try LogCollector()
        let instance = try InstanceUnderTest(
            text(programs.keys.sorted(), in: folder, port: "PORT", logPort: log.port, socket: nil))
        do {
            let lines = try await onThread { try watch(log, programs.count + 1, folder) }
            await instance.stop()
            return lines
        } catch {
            await instance.stop()
            throw SideError(side: "here", error: error, log: log.lines, notes: [])
        }
    }
}
