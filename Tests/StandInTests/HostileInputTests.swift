import NIOCore
import Seeds
import Testing

@testable import StandIn

@Suite("Hostile input")
struct HostileInputTests {
    @Test("a method cut anywhere is a syntax error, or whole without its last octets")
    func cutMethods() throws {
        for payload in SampleFrames.methods {
            for length in 0..<payload.readableBytes {
                let cut = try #require(payload.getSlice(at: payload.readerIndex, length: length))
                do throws(ProtocolError) {
                    _ = try ClientMethod.read(cut)
                } catch {
                    #expect(error.code == .syntaxError)
                }
            }
        }
    }

    @Test("a content header cut anywhere is a syntax error")
    func cutHeaders() throws {
        let header = SampleFrames.header(bodySize: 3)
        #expect(try ContentHeader(header).bodySize == 3)
        for length in 0..<header.readableBytes {
            let cut = try #require(header.getSlice(at: header.readerIndex, length: length))
            #expect(throws: ProtocolError.self) { try ContentHeader(cut) }
        }
    }

    @Test("mutated conversations end in a close or go on, and the store's books stay right", arguments: 0..<400)
    func mutated(round: Int) {
        var generator = SeededGenerator(seed: UInt64(round))
        var bytes = FrameDecoderTests.conversation
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            // The protocol header stays, or nothing behind it would ever be looked at.
            let index = Int.random(in: 8..<bytes.count, using: &generator)
            bytes[index] = UInt8.random(in: 0...255, using: &generator)
        }
        var store = MessageStore()
        var state = ConnectionState(id: 1, name: "rabbit")
        var decoder = FrameDecoder()
        var buffer = ByteBuffer(bytes: bytes)
        var actions: [ConnectionState.Action] = []
        do throws(ProtocolError) {
            while state.phase != .ended, let unit = try decoder.next(from: &buffer) {
                actions += state.take(unit, store: &store)
            }
        } catch {
            actions += state.refuse(error)
        }
        #expect(!actions.isEmpty)
        store.endConnection(1)
        for name in store.queues.keys { store.removeQueue(name) }
        #expect(store.bytes == 0)
    }

    @Test("tables nested without end are refused")
    func nestedTables() {
        var table = ByteBuffer(bytes: [0, 0, 0, 0])
        for _ in 0..<10_000 {
            var outer = ByteBuffer()
            outer.writeInteger(UInt32(table.readableBytes + 3))
            outer.writeShortString("t")
            outer.writeInteger(UInt8(ascii: "F"))
            outer.writeBuffer(&table)
            table = outer
        }
        var reader = WireReader(table)
        #expect(throws: ProtocolError(.syntaxError, "a field table is nested too deep")) {
            try FieldTable(from: &reader)
        }
    }

    @Test("a body may not be longer than its header said, nor a header announce more than is taken")
    func bodySizes() throws {
        var channel = ChannelState()
        channel.begin(PublishRequest(exchange: "", routingKey: "q"))
        _ = try channel.take(ContentHeader(bodySize: 2))
        #expect(throws: ProtocolError.self) { _ = try channel.take(body: ByteBuffer(string: "abc")) }
        #expect(throws: ProtocolError.self) { try ContentHeader(SampleFrames.header(bodySize: .max)) }
    }
}
