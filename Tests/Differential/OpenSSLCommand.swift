import Foundation
import Peers

/// `openssl s_client` or `s_server`: a peer with TLS that shares no code with what is tested.
final class OpenSSLCommand: Sendable {
    private let process: Process
    private let input: Pipe
    /// Where the command writes: a file has no end that another process could hold open.
    private let log: URL

    /// Connects.
    ///
    /// - Parameters:
    ///   - port: the port.
    ///   - words: further options.
    /// - Returns: the client.
    /// - Throws: that the command can't be run.
    static func client(port: UInt16, _ words: [String] = []) throws -> OpenSSLCommand {
        try OpenSSLCommand(["s_client", "-connect", "127.0.0.1:\(port)", "-brief", "-no_ign_eof"] + words)
    }

    /// Listens on a port that a test keeps.
    ///
    /// - Parameters:
    ///   - port: the port, where nobody listens.
    ///   - certificate: the path of the certificate.
    ///   - key: the path of its key.
    /// - Returns: the server, which listens.
    /// - Throws: that the command can't be run, or listens nowhere.
    static func server(port: UInt16, certificate: String, key: String) throws -> OpenSSLCommand {
        let command = try OpenSSLCommand([
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key,
        ])
        try command.await("ACCEPT")
        return command
    }

    private init(_ words: [String]) throws {
        process = Process()
        input = Pipe()
        log = FileManager.default.temporaryDirectory.appending(path: "openssl-\(UUID().uuidString)")
        try Data().write(to: log)
        let text = try FileHandle(forWritingTo: log)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + words
        process.standardInput = input
        process.standardOutput = text
        process.standardError = text
        try process.run()
        try text.close()
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: log)
        } catch {
            print("\(log.path) stays: \(error)")
        }
    }

    /// What the command has said so far.
    private var output: String {
        do {
            return String(decoding: try Data(contentsOf: log), as: UTF8.self)
        } catch {
            return "(unreadable: \(error))"
        }
    }

    /// Ends the command.
    func stop() {
        guard process.isRunning else { return }
        // Children of a test's threads have all other signals blocked.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Sends a text.
    func send(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

    /// Sends no more: the command ends the connection.
    func finish() throws { try input.fileHandleForWriting.close() }

    /// Waits until a text has come.
    func await(_ text: String) throws {
        guard wait(until: { self.output.contains(text) }) else {
            throw MissingLine(description: "'\(text)' did not come: \(output)")
        }
    }

    /// How often a text has come so far.
    func count(of text: String) -> Int { output.ranges(of: text).count }

    /// Waits for the command's end, by which it has said everything.
    func awaitEnd() throws {
        guard wait(until: { !self.process.isRunning }) else {
            stop()
            throw MissingLine(description: "the client goes on: \(output)")
        }
    }

    /// What was agreed on, and the alert that was received.
    var summary: [String] {
        let text = output
        let wanted = ["Protocol version: ", "Ciphersuite: ", "Peer certificate: ", "ALPN protocol: "]
        let facts = text.split(separator: "\n").map(String.init).filter { line in
            wanted.contains { line.hasPrefix($0) }
        }
        return facts + text.matches(of: /alert number (\d+)/).map { "alert \($0.1)" }
    }

    private func wait(until condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + Peer.patience
        while !condition() {
            guard ContinuousClock.now < deadline else { return false }
            usleep(2_000)
        }
        return true
    }
}
