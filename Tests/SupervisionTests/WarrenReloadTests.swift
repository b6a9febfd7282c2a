import Configuration
import EventLoop
import Glibc
import Model
import Proxy
import Testing

@testable import Supervision

/// Reloads of what knows more than servers and checks: agents, ages of sessions, sides of a warren, sessions that move.
@Suite(.timeLimit(.minutes(1))) struct WarrenReloadTests {
    /// Eventually as many events of a kind as said.
    private func expect(_ count: Int, _ kind: EventKind, _ setUp: ReloadSetUp) async {
        #expect(await eventually { setUp.history.kinds.count { $0 == kind } == count })
    }

    @Test("an agent that comes, changes and goes is asked, asked anew and forgotten by the running worker")
    func agents() async throws {
        let agent = try AgentServer(says: "down")
        let setUp = try await ReloadSetUp(["a A"])
        let session = try await setUp.session()
        let line = "a A agent-check agent-port \(agent.port) agent-inter 20ms"
        try await setUp.reload([line])
        #expect(await eventually { (try? await setUp.proxy().servers.first?.operational) == .down })
        // A change of something else leaves it as it is.
        try await setUp.reload([line + " weight 3"])
        #expect(try await setUp.proxy().servers.first?.operational == .down)
        try await setUp.reload(["a A weight 3"])
        #expect(try await setUp.proxy().servers.first?.operational == .up)
        #expect(try await setUp.proxy().servers.first?.agent == nil)
        try await setUp.check(session)
        await setUp.end()
    }

    @Test("sessions that there are get as old as the new file says")
    func ages() async throws {
        let setUp = try await ReloadSetUp(["a A"])
        let session = try await setUp.session()
        try await setUp.reload(["a A max-session-age 1h"])
        try await setUp.check(session)
        try await setUp.reload(["a A max-session-age 50ms"])
        #expect(try await onThread { session.isEnded() })
        await setUp.end()
    }

    @Test("a hold goes on through reloads in place and with a new worker, until somebody orders the way back")
    func holds() async throws {
        let lines = ["failback manual"]
        let setUp = try await ReloadSetUp(["a A", "b B backup"], lines: lines)
        let a = setUp.identity("a")
        #expect(try await setUp.carryOut(.server(a, .setHealth(.down))) == .done)
        #expect(try await setUp.carryOut(.server(a, .setHealth(.up))) == .done)
        #expect(try await setUp.proxy().backend?.isHeld == true)
        try await setUp.reload(["a A weight 2", "b B backup", "c B backup"], lines: lines)
        #expect(try await setUp.proxy().backend?.isHeld == true)
        try await setUp.replaceWorker(["a A weight 2", "b B backup"], lines: lines)
        #expect(try await setUp.proxy().backend?.isHeld == true)
        let session = try await setUp.session()
        try await setUp.expect([0, 1, 0], "the backup has it")
        await expect(1, .held, setUp)
        // Without the word there is nothing to wait for.
        try await setUp.reload(["a A weight 2", "b B backup"], lines: ["failback auto"])
        #expect(try await setUp.proxy().backend?.isHeld == false)
        await expect(1, .failback, setUp)
        try await setUp.check(session)
        await setUp.end()
    }

    @Test(
        "an active server that a new file brings is held back while the sessions are on the backups",
        arguments: [true, false])
    func newActive(isInPlace: Bool) async throws {
        let lines = ["failback manual"]
        let setUp = try await ReloadSetUp(["a A", "b B backup"], lines: lines)
        #expect(try await setUp.carryOut(.server(setUp.identity("a"), .setHealth(.down))) == .done)
        let servers = ["a A", "n A", "b B backup"]
        if isInPlace {
            try await setUp.reload(servers, lines: lines)
        } else {
            try await setUp.replaceWorker(servers, lines: lines)
        }
        #expect(await eventually { (try? await setUp.proxy().backend?.isHeld) == true })
        await expect(1, .held, setUp)
        _ = try await setUp.session()
        #expect(try await setUp.proxy().servers.map(\.counters.totalSessions) == [0, 0, 1])
        await setUp.end()
    }

    @Test("a rebalance that is under way goes on in the new worker, and in the running one with other servers")
    func rebalanceGoesOn() async throws {
        let setUp = try await ReloadSetUp(["a A"])
        var sessions: [Client] = []
        for _ in 0..<6 { sessions.append(try await setUp.session()) }
        try await setUp.reload(["a A", "b B"])
        // Slowly enough that none is closed before what comes next.
        _ = try await setUp.carryOut(.proxy("relay", .rebalance(perMinute: 1)))
        try await setUp.replaceWorker(["a A", "b B"])
        #expect(try await setUp.proxy().backend?.isRebalancing == true)
        try await setUp.reload(["a A", "b B", "c B"])
        #expect(try await setUp.proxy().backend?.isRebalancing == true)
        let details = setUp.history.events.filter { $0.kind == .rebalance }.compactMap(\.detail)
        #expect(
            details == [
                "relay: closes 3 sessions, 1 per minute: a 6 -> 3, b 0 -> 3",
                "relay: closes 3 sessions, 1 per minute: a 6 -> 3, b 0 -> 3",
                "relay: closes 4 sessions, 1 per minute: a 6 -> 2, b 0 -> 2, c 0 -> 2",
            ])
        for session in sessions { try await setUp.check(session) }
        await setUp.end()
    }
}

/// An agent that says one thing to everybody.
private final class AgentServer: Sendable {
    let port: UInt16
    private let listener: Int32

    init(says word: String) throws {
        let any = try Example.address(.ipv4("127.0.0.1", port: 0))
        let listener = try Socket.listen(on: any, backlog: 64)
        guard case .ip(let endpoint)? = Socket.localAddress(listener) else { throw SystemError("getsockname", "agent") }
        self.listener = listener
        port = endpoint.port
        _ = fcntl(listener, F_SETFL, 0)
        try LoopThread.start(name: "agent") {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                let line = "\(word)\n"
                _ = send(connection, line, line.utf8.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
