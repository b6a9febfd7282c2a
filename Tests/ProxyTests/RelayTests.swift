import EventLoop
import Glibc
import Seeds
import Testing

@testable import Proxy

@Suite("relay")
struct RelayTests {
    @Test("a message costs one read and one write, and leaves no buffer behind")
    func message() throws {
        let rig = try RelayRig()
        rig.give("hello")
        #expect(rig.move() == .waiting)
        #expect(rig.taken() == Array("hello".utf8))
        #expect(rig.direction.bytes == 5)
        #expect(rig.direction.buffer == nil)
        #expect(!rig.direction.isSourceReadable)
    }

    @Test("a header goes before the source's bytes, also where the sink takes it in pieces", arguments: [100, 200_000])
    func header(length: Int) throws {
        let rig = try RelayRig(sinkBuffer: 4_096)
        let header = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        #expect(rig.begin(with: header))
        #expect((rig.direction.buffer != nil) == (length > 100_000))
        rig.give("hello")
        #expect(rig.move() == .waiting)
        #expect(rig.drain(upTo: length + 5) == header + Array("hello".utf8))
        #expect(rig.direction.bytes == 5)
        #expect(rig.direction.buffer == nil)
    }

    @Test("a header for a broken sink says so")
    func headerForNobody() throws {
        let rig = try RelayRig()
        Glibc.close(rig.server)
        #expect(!rig.begin(with: [1, 2, 3]))
    }

    @Test("without an event of the source nothing is read")
    func noEvent() throws {
        let rig = try RelayRig()
        rig.give("hello", withEvent: false)
        #expect(rig.move() == .waiting)
        #expect(rig.taken().isEmpty)
    }

    @Test("an event without bytes moves nothing")
    func spurious() throws {
        let rig = try RelayRig()
        rig.direction.isSourceReadable = true
        #expect(rig.move() == .waiting)
        #expect(!rig.direction.isSourceReadable)
        #expect(rig.direction.bytes == 0)
    }

    @Test("the source's end is passed on as a half-close")
    func end() throws {
        let rig = try RelayRig()
        rig.give("bye")
        rig.finishSource()
        #expect(rig.move() == .finished)
        #expect(rig.direction.hasSourceEnded)
        #expect(rig.direction.isFinished)
        #expect(rig.taken() == Array("bye".utf8))
        #expect(rig.sinkSeesEnd())
    }

    @Test("an end that follows a short read raises no event of its own and isn't forgotten")
    func endAfterShortRead() throws {
        let rig = try RelayRig()
        rig.give("x")
        #expect(rig.move() == .waiting)
        rig.finishSource()
        #expect(rig.move() == .finished)
    }

    @Test("the last end is not sent as a half-close, since the socket is closed next")
    func lastEnd() throws {
        let rig = try RelayRig()
        rig.finishSource()
        #expect(rig.move(isLast: true) == .finished)
        #expect(rig.direction.isFinished)
        #expect(!rig.sinkSeesEnd())
    }

    @Test("what the sink doesn't take waits in one block, and the source is not read meanwhile")
    func backPressure() throws {
        let rig = try RelayRig(sinkBuffer: 4_096)
        let count = rig.fill()
        #expect(rig.move() == .waiting)
        #expect(rig.direction.isSinkFull)
        #expect(rig.direction.buffer != nil)
        #expect(rig.direction.pending > 0)
        let before = rig.direction.bytes
        rig.direction.isSourceReadable = true
        #expect(rig.move() == .waiting)
        #expect(rig.direction.bytes == before)
        #expect(rig.drain(upTo: count).count == count)
        #expect(rig.direction.buffer == nil)
        #expect(rig.direction.pending == 0)
    }

    @Test("the end comes after the rest, not before it")
    func endBehindRest() throws {
        let rig = try RelayRig(sinkBuffer: 4_096)
        let count = rig.fill()
        rig.finishSource()
        #expect(rig.move() == .waiting)
        #expect(!rig.direction.isFinished)
        #expect(rig.drain(upTo: count).count == count)
        #expect(rig.move() == .finished)
        #expect(rig.sinkSeesEnd())
    }

    @Test("a broken sink stops the direction, with or without a rest")
    func sinkFails() throws {
        let rig = try RelayRig()
        rig.give("lost")
        close(rig.server)
        #expect(rig.move() == .sinkFailed(EPIPE))
        let late = try RelayRig(sinkBuffer: 4_096)
        _ = late.fill()
        #expect(late.move() == .waiting)
        close(late.server)
        late.direction.isSinkFull = false
        #expect(late.move() == .sinkFailed(EPIPE))
        late.release()
        #expect(late.direction.buffer == nil)
    }

    @Test("a broken source stops the direction after what came before it")
    func sourceFails() throws {
        let rig = try RelayRig(isTCP: true)
        rig.give("last words")
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(rig.client, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        #expect(rig.move() == .waiting)
        close(rig.client)
        rig.direction.isSourceReadable = true
        #expect(rig.move() == .sourceFailed(ECONNRESET))
        #expect(rig.taken() == Array("last words".utf8))
    }

    @Test("a busy source gives the others their turn after its share")
    func yields() throws {
        let rig = try RelayRig(isTCP: true, sourceBuffer: 4 << 20, sinkBuffer: 4 << 20)
        var stops: [Relay.Stop] = []
        var taken = 0
        // Kept full on one side and empty on the other, a direction stops only for its share.
        for _ in 0..<200 where !stops.contains(.yielded) {
            _ = rig.fill()
            let before = rig.direction.bytes
            stops.append(rig.move())
            #expect(rig.direction.bytes - before <= Int64(Relay.bytesPerTurn + Relay.scratchSize))
            taken += rig.taken().count
        }
        #expect(stops.contains(.yielded))
        #expect(rig.direction.isSourceReadable)
    }

    @Test("reads grow while the sink keeps up and shrink when it doesn't")
    func readSize() throws {
        let rig = try RelayRig(sinkBuffer: 1 << 20)
        #expect(rig.direction.readSize == Direction.smallestRead)
        _ = rig.fill()
        _ = rig.move()
        let grown = rig.direction.readSize
        #expect(grown > Direction.smallestRead)
        // Nobody takes anything now.
        while rig.direction.buffer == nil {
            _ = rig.fill()
            _ = rig.move()
        }
        #expect(rig.direction.readSize <= Int32(Relay.scratchSize))
    }

    @Test("what a closing session still has is read away and counted")
    func discard() throws {
        let rig = try RelayRig()
        rig.give("unread")
        #expect(rig.discard() == 6)
        #expect(rig.discard() == 0)
    }

    @Test(
        "random traffic through small buffers arrives complete and in order", arguments: 1...12 as ClosedRange<UInt64>)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rig = try RelayRig(
            isTCP: Bool.random(using: &random), sourceBuffer: Int32.random(in: 8_192...65_536, using: &random),
            sinkBuffer: Int32.random(in: 8_192...65_536, using: &random))
        let message = random.bytes(Int.random(in: 1...600_000, using: &random))
        var sent = 0
        var arrived: [UInt8] = []
        var stop = Relay.Stop.waiting
        let deadline = ContinuousClock.now + .seconds(60)
        while arrived.count < message.count || stop != .finished {
            try #require(ContinuousClock.now < deadline, "\(arrived.count) of \(message.count) bytes moved")
            if sent < message.count, Bool.random(using: &random) {
                sent += rig.offer(message[sent...].prefix(Int.random(in: 1...100_000, using: &random)))
                if sent == message.count { rig.finishSource() }
            }
            if stop != .finished, Bool.random(using: &random) {
                // Events that the kernel may have sent meanwhile; the relay finds out what they are worth.
                rig.direction.isSourceReadable = true
                rig.direction.isSinkFull = false
                stop = rig.move()
                try #require([.waiting, .yielded, .finished].contains(stop))
            }
            if Bool.random(using: &random) {
                arrived += rig.taken(atMost: Int.random(in: 1...200_000, using: &random))
            }
        }
        #expect(arrived == message)
        #expect(rig.sinkSeesEnd(within: .seconds(10)))
        #expect(rig.direction.bytes == Int64(message.count))
        #expect(rig.direction.buffer == nil)
    }
}
