import Foundation
import Peers

/// Plays a case: first on HAProxy, where each event is followed by calm and what can be seen then is kept; then here, where
/// each event must lead to the same.
///
/// So nothing is waited for by guess on the side under test: HAProxy has shown what will be there.
struct CasePlayer: Sendable {
    /// What HAProxy did.
    struct Recording: Sendable {
        var steps: [(event: Event, at: Duration, then: Observation)] = []
    }

    /// How long this side may take to show what HAProxy showed.
    static let patience = Duration.seconds(3)
    /// How often at the least HAProxy must answer the same, so that it has had its turns also on a busy machine.
    static let answers = 8
    /// How long HAProxy may take until nothing changes any more.
    static let restlessness = Duration.seconds(10)

    var played: GeneratedCase

    /// Plays on both sides.
    ///
    /// - Returns: what differs, with the event behind which it does; `nil` where nothing does.
    /// - Throws: what keeps either side from starting.
    func difference() async throws -> String? {
        let recording = try await onThread { try recordHAProxy() }
        return try await compareHere(with: recording)
    }

    private func recordHAProxy() throws -> Recording {
        let log = try LogCollector()
        let (servers, checks, fillers) = try makeServers()
        defer { for filler in fillers { filler.close() } }
        let haproxy = try HAProxy { port, socket in
            played.text(port: "\(port)", logPort: log.port, ports: Self.ports(servers, checks), socket: socket)
        }
        defer { haproxy.stop() }
        let course = Course(
            port: haproxy.port, behaviours: played.servers.map(\.behaviour), servers: servers, checks: checks, log: log,
            statistics: haproxy.statistics)
        var recording = Recording()
        let begin = ContinuousClock.now
        func play(_ event: Event) throws {
            let before = try course.observe()
            let at = ContinuousClock.now - begin
            try course.perform(event)
            recording.steps.append((event, at, try settle(course, after: event == .wait ? before : nil)))
        }
        for step in played.steps {
            if let event = course.event(for: step) { try play(event) }
            while let reaction = course.reaction { try play(reaction) }
        }
        while let event = course.closing { try play(event) }
        return recording
    }

    /// Looks until nothing has changed for a while.
    private func settle(_ course: Course, after before: Observation?) throws -> Observation {
        let deadline = ContinuousClock.now + Self.restlessness
        var seen = try course.observe()
        if let before {
            // Some cases have nothing that would happen by itself: then the wait ends without a change.
            let limit = ContinuousClock.now + .milliseconds(900)
            while seen == before, ContinuousClock.now < limit {
                usleep(1_000)
                seen = try course.observe()
            }
        }
        // Whatever else is due by then belongs to the same passing of time.
        let calm = before == nil ? played.calm : max(played.calm, .milliseconds(250))
        var since = ContinuousClock.now
        var answers = 0
        while ContinuousClock.now - since < calm || answers < Self.answers {
            usleep(1_000)
            let now = try course.observe()
            answers += 1
            if now != seen {
                seen = now
                since = .now
                answers = 0
            }
            guard ContinuousClock.now < deadline else {
                throw MissingLine(description: "HAProxy does not come to rest with\n\(played)")
            }
        }
        return seen
    }

    private func compareHere(with recording: Recording) async throws -> String? {
        let log = try LogCollector()
        let (servers, checks, fillers) = try makeServers()
        defer { for filler in fillers { filler.close() } }
        let instance = try InstanceUnderTest(
            played.text(port: "PORT", logPort: log.port, ports: Self.ports(servers, checks), socket: nil))
        let found = try await onThread { () -> String? in
            let course = Course(
                port: instance.port, behaviours: played.servers.map(\.behaviour), servers: servers, checks: checks,
                log: log, statistics: { try Statistics(of: instance) })
            let begin = ContinuousClock.now
            for (number, step) in recording.steps.enumerated() {
                while played.isTimed, ContinuousClock.now - begin < step.at {
                    _ = try course.observe()
                    usleep(1_000)
                }
                try course.perform(step.event)
                if let difference = try awaited(step.then, course) {
                    let events = recording.steps[...number].map { "\($0.event)" }.joined(separator: "\n")
                    return "after\n\(events)\n\(difference.joined(separator: "\n"))"
                }
            }
            return nil
        }
        await instance.stop()
        return found
    }

    /// Looks until it is as expected; what differs when it never is.
    private func awaited(_ expected: Observation, _ course: Course) throws -> [String]? {
        let deadline = ContinuousClock.now + Self.patience
        func comparable(_ observation: Observation) -> Observation {
            played.isInexact ? observation.withoutSizes : observation
        }
        while true {
            let seen = comparable(try course.observe())
            if seen == comparable(expected) { return nil }
            guard ContinuousClock.now < deadline else { return seen.differences(from: comparable(expected)) }
            usleep(1_000)
        }
    }

    private func makeServers() throws -> (servers: [PeerListener], checks: [PeerListener], fillers: [Peer]) {
        var fillers: [Peer] = []
        let servers = try played.servers.map { server in
            let isSilent = server.behaviour == .isSilent
            let listener = try PeerListener(
                listens: server.behaviour != .refuses, backlog: isSilent ? 0 : 512)
            if isSilent { fillers += try listener.fillBacklog() }
            return listener
        }
        return (servers, try played.servers.map { _ in try PeerListener() }, fillers)
    }

    private static func ports(_ servers: [PeerListener], _ checks: [PeerListener]) -> [(data: UInt16, check: UInt16)] {
        zip(servers, checks).map { (data: $0.port, check: $1.port) }
    }
}
