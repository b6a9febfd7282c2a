import EventLoop
import Peers
import Testing

@Suite("poller")
struct PollerTests {
    @Test("a token keeps its kind, its slot and 24 bits of its generation")
    func token() {
        let token = EventToken(kind: 255, generation: 0xFFFF_FFFE, index: .max)
        #expect(token.kind == 255)
        #expect(token.generation == 0xFF_FFFE)
        #expect(token.index == .max)
        #expect(EventToken(kind: 0, generation: 0, index: 0) != token)
    }

    @Test("an edge is told once, and again after new bytes")
    func edge() throws {
        let pair = try SocketPair()
        let poller = try Poller()
        let token = EventToken(kind: 1, generation: 3, index: 5)
        #expect(poller.add(pair.near, token: token) == 0)
        // The first event of a new socket says that it can be written.
        #expect(poller.wait(timeoutMilliseconds: 5_000) == 1)
        #expect(poller.event(0).readiness == .writable)
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
        pair.send("a")
        #expect(poller.wait(timeoutMilliseconds: 5_000) == 1)
        #expect(poller.event(0).readiness.contains(.readable))
        #expect(poller.event(0).token == token)
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
        pair.send("b")
        #expect(poller.wait(timeoutMilliseconds: 5_000) == 1)
    }

    @Test("a half-close reads as readable and as the peer's end, not as a hang-up")
    func halfClose() throws {
        let pair = try SocketPair()
        let poller = try Poller()
        #expect(poller.add(pair.near, token: EventToken(kind: 1, generation: 0, index: 0)) == 0)
        _ = poller.wait(timeoutMilliseconds: 0)
        pair.finish()
        #expect(poller.wait(timeoutMilliseconds: 5_000) == 1)
        let readiness = poller.event(0).readiness
        #expect(readiness.isSuperset(of: [.readable, .peerClosed]))
        #expect(!readiness.contains(.hangup))
        #expect(!readiness.contains(.error))
    }

    @Test("a broken connection reads as an error and a hang-up")
    func reset() throws {
        let listener = try PeerListener()
        let client = try Peer(port: listener.port)
        let server = try listener.accept()
        let poller = try Poller()
        #expect(poller.add(server.descriptor, token: EventToken(kind: 1, generation: 0, index: 0)) == 0)
        _ = poller.wait(timeoutMilliseconds: 0)
        client.reset()
        #expect(poller.wait(timeoutMilliseconds: 5_000) == 1)
        #expect(poller.event(0).readiness.isSuperset(of: [.error, .hangup, .peerClosed]))
        server.close()
    }

    @Test("events of an earlier owner of a slot carry that owner's generation")
    func lateEvent() throws {
        let poller = try Poller()
        let old = try SocketPair()
        let new = try SocketPair()
        #expect(poller.add(old.near, token: EventToken(kind: 1, generation: 1, index: 0)) == 0)
        #expect(poller.add(new.near, token: EventToken(kind: 1, generation: 2, index: 0)) == 0)
        old.send("late")
        new.send("now")
        let count = poller.wait(timeoutMilliseconds: 5_000)
        #expect(count == 2)
        // The owner of the slot is generation 2; what says 1 is recognized as late.
        #expect(Set((0..<count).map { poller.event($0).token.generation }) == [1, 2])
    }

    @Test("a closed descriptor raises no more events")
    func closed() throws {
        let poller = try Poller()
        var pair: SocketPair? = try SocketPair()
        #expect(poller.add(try #require(pair).near, token: EventToken(kind: 1, generation: 0, index: 0)) == 0)
        _ = poller.wait(timeoutMilliseconds: 0)
        pair?.send("x")
        pair = nil
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
    }

    @Test("a level-triggered descriptor is told again and again until it is taken out")
    func level() throws {
        let pair = try SocketPair()
        let poller = try Poller()
        try poller.addLevelTriggered(pair.near, token: EventToken(kind: 2, generation: 0, index: 1))
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
        pair.send("x")
        #expect(poller.wait(timeoutMilliseconds: 5_000) == 1)
        #expect(poller.wait(timeoutMilliseconds: 0) == 1)
        poller.remove(pair.near)
        #expect(poller.wait(timeoutMilliseconds: 0) == 0)
        poller.remove(pair.near)
    }

    @Test("a descriptor can be added once only")
    func twice() throws {
        let pair = try SocketPair()
        let poller = try Poller()
        let token = EventToken(kind: 1, generation: 0, index: 0)
        #expect(poller.add(pair.near, token: token) == 0)
        #expect(poller.add(pair.near, token: token) != 0)
        #expect(throws: SystemError.self) { try poller.addLevelTriggered(pair.near, token: token) }
    }

    @Test("a turn takes in a bounded number of events and leaves the others for the next")
    func bound() throws {
        let poller = try Poller()
        let pairs = try (0..<Poller.eventsPerTurn + 10).map { _ in try SocketPair() }
        for (index, pair) in pairs.enumerated() {
            #expect(poller.add(pair.near, token: EventToken(kind: 1, generation: 0, index: UInt32(index))) == 0)
        }
        #expect(poller.wait(timeoutMilliseconds: 1_000) == Poller.eventsPerTurn)
        #expect(poller.wait(timeoutMilliseconds: 1_000) == 10)
    }
}
