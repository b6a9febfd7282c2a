import Foundation
import Peers
import Synchronization
import Testing

/// What both sides are asked to do: the same configuration, the same servers, the same clients.
///
/// HAProxy runs as the process that Debian ships; the other side is a worker in this process, fed with the same text
/// through the configuration reader. In process, because what is compared here is the data plane alone: its counters can
/// be looked at exactly, a test needs no installation and no port of its own choice, and a run takes seconds. The whole
/// binary is tested by the scenarios.
struct Scenario: Sendable {
    /// What a script works with.
    struct Stage: Sendable {
        /// Where its clients connect.
        let port: UInt16
        /// The servers' ports, in the order of the configuration.
        let servers: [PeerListener]
        /// The log so far.
        let log: LogCollector
        /// What was seen, in order.
        let notes: Notes
        /// The counters now.
        let statistics: @Sendable () throws -> Statistics

        func connect(receiveBuffer: Int32? = nil) throws -> Peer {
            try Peer(port: port, receiveBuffer: receiveBuffer)
        }

        /// Waits for so many lines about sessions, which come after the sessions' ends.
        func awaitSessionLines(_ count: Int) throws {
            guard wait(until: { SessionLine.all(in: log).count >= count }) else {
                throw MissingLine(description: "\(SessionLine.all(in: log).count) of \(count) session lines came")
            }
        }

        /// Waits for a line that contains a text.
        func awaitLine(containing text: String) throws {
            guard wait(until: { log.lines.contains { $0.contains(text) } }) else {
                throw MissingLine(description: "no line with '\(text)' came")
            }
        }

        func wait(until condition: () throws -> Bool) rethrows -> Bool {
            let deadline = ContinuousClock.now + Peer.patience
            while !(try condition()) {
                guard ContinuousClock.now < deadline else { return false }
                usleep(2_000)
            }
            return true
        }
    }

    /// Further lines of `global`.
    var global: [String] = []
    /// The lines of `defaults`.
    var defaults: [String] = []
    /// What the clients connect to, `listen` or `frontend`.
    var section = "listen"
    /// What follows the address that it listens on.
    var bindOptions = ""
    /// The lines of the section; of further ones, with their first lines.
    ///
    /// `LOGPORT` is the port that the log is read at.
    var lines: [String] = []
    /// What follows the address of each server; they belong to the last section.
    var servers = [""]
    /// What follows the `listen` section; `PORT_OF_0` in it, as in the servers' options, is the first server's port.
    var sections = ""
    /// Which servers listen from the beginning.
    var listening: Set<Int>?
    /// Whether the servers answer nobody from the beginning: their queue of connections is full.
    var isSilent = false
    /// What happens; runs on a thread of its own for each side.
    var script: @Sendable (Stage) throws -> Void

    func text(port: String, logPort: UInt16, ports: [UInt16], socket: String?) -> String {
        var text = "global\n    log 127.0.0.1:\(logPort) local0 info\n    maxconn 4096\n"
        for line in global { text += "    \(line)\n" }
        // One thread: several would log and count the ends of two sessions in either order.
        if let socket { text += "    nbthread 1\n    stats socket \(socket) level admin\n" }
        text += "defaults\n    log global\n    mode tcp\n    option tcplog\n    option dontlognull\n"
        text += "    retries 3\n    option redispatch\n    maxconn 2000\n"
        text += "    timeout connect 1s\n    timeout client 60s\n    timeout server 60s\n"
        for line in defaults { text += "    \(line)\n" }
        text += "\(section) rabbitmq_cluster\n    bind 127.0.0.1:\(port) \(bindOptions)\n"
        if section == "listen" { text += "    balance roundrobin\n" }
        for line in lines { text += "    \(line)\n" }
        for (index, options) in servers.enumerated() {
            text += "    server rabbit_\(index) 127.0.0.1:\(ports[index]) \(options)\n"
        }
        text += sections
        for (index, port) in ports.enumerated() { text.replace("PORT_OF_\(index)", with: "\(port)") }
        return text.replacing("LOGPORT", with: "\(logPort)")
    }

    /// Plays it on both sides and compares what clients and servers saw, the log and the counters.
    ///
    /// - Parameters:
    ///   - ignoring: counters that depend on the moment at which a script looks.
    ///   - notesInAnyOrder: whether the script's notes come from threads that nothing brings into an order.
    ///   - linesInAnyOrder: whether sessions end so close to one another that either may be logged first.
    ///   - tries: how often it is played at the most until both agree, where HAProxy itself doesn't always do the same.
    ///   - sourceLocation: where the comparison is asked for.
    /// - Throws: what the script throws on either side.
    func compare(
        ignoring: Set<String> = [], notesInAnyOrder: Bool = false, linesInAnyOrder: Bool = false, tries: Int = 1,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) async throws {
        guard try HAProxy.isInstalled() else { return }
        var (expected, found) = try await play()
        for _ in 1..<max(tries, 1) where found.lines != expected.lines { (expected, found) = try await play() }
        if notesInAnyOrder {
            #expect(found.notes.sorted() == expected.notes.sorted(), sourceLocation: sourceLocation)
        } else {
            #expect(found.notes == expected.notes, sourceLocation: sourceLocation)
        }
        if linesInAnyOrder {
            #expect(found.lines.sorted() == expected.lines.sorted(), sourceLocation: sourceLocation)
        } else {
            #expect(found.lines == expected.lines, sourceLocation: sourceLocation)
        }
        #expect(
            found.statistics.without(ignoring) == expected.statistics.without(ignoring), sourceLocation: sourceLocation)
    }

    private func play() async throws -> (expected: Outcome, found: Outcome) {
        async let theirs = playOnHAProxy()
        async let ours = playHere()
        return try await (theirs, ours)
    }

    /// What is left of a run.
    private struct Outcome: Sendable {
        var notes: [String]
        var lines: [String]
        var statistics: Statistics
    }

    private func makeServers() throws -> [PeerListener] {
        try servers.indices.map { index in
            let listener = try PeerListener(
                listens: listening?.contains(index) ?? true, backlog: isSilent ? 0 : 512)
            if isSilent { _ = try listener.fillBacklog() }
            return listener
        }
    }

    private func playHere() async throws -> Outcome {
        let log = try LogCollector()
        let servers = try makeServers()
        let instance = try InstanceUnderTest(
            text(port: "PORT", logPort: log.port, ports: servers.map(\.port), socket: nil))
        let notes = Notes()
        do {
            let stage = Stage(port: instance.port, servers: servers, log: log, notes: notes) {
                try Statistics(of: instance)
            }
            let statistics = try await onThread { try play(stage) }
            // Before the stop, which logs lines of its own.
            let outcome = Outcome(notes: notes.all, lines: SessionLine.comparable(in: log), statistics: statistics)
            await instance.stop()
            return outcome
        } catch {
            await instance.stop()
            throw SideError(side: "here", error: error, log: log.lines, notes: notes.all)
        }
    }

    private func playOnHAProxy() async throws -> Outcome {
        let log = try LogCollector()
        let servers = try makeServers()
        let notes = Notes()
        return try await onThread {
            let haproxy = try HAProxy { port, socket in
                text(port: "\(port)", logPort: log.port, ports: servers.map(\.port), socket: socket)
            }
            defer { haproxy.stop() }
            let stage = Stage(port: haproxy.port, servers: servers, log: log, notes: notes) { try haproxy.statistics() }
            do {
                let statistics = try play(stage)
                return Outcome(notes: notes.all, lines: SessionLine.comparable(in: log), statistics: statistics)
            } catch {
                throw SideError(side: "HAProxy", error: error, log: log.lines, notes: notes.all)
            }
        }
    }

    /// Plays the script, then waits until no session is left and its counters are complete.
    private func play(_ stage: Stage) throws -> Statistics {
        try script(stage)
        _ = try stage.wait { try stage.statistics().currentSessions == 0 }
        return try stage.statistics()
    }
}

/// What a script saw, in order.
final class Notes: Sendable {
    // Owner: the mutex; added to by the script's threads.
    private let content = Mutex<[String]>([])

    var all: [String] { content.withLock { $0 } }

    func add(_ note: String) { content.withLock { $0.append(note) } }
}

/// A script that failed on one side.
struct SideError: Error, CustomStringConvertible {
    var side: String
    var error: any Error
    var log: [String]
    var notes: [String]

    var description: String {
        "on the side of \(side): \(error)\nlog:\n\(log.joined(separator: "\n"))\nnotes:\n\(notes.joined(separator: "\n"))"
    }
}

/// A log line that did not come.
struct MissingLine: Error, CustomStringConvertible {
    var description: String
}
