import NIOCore
import Testing

@testable import StandIn

@Suite("Conversation")
struct ConversationTests {
    @Test("a login, declarations and a confirmed publish are answered in order")
    func wholeConversation() throws {
        var store = MessageStore()
        var state = ConnectionState(id: 1, name: "rabbit")
        var decoder = FrameDecoder()
        var buffer = ByteBuffer(bytes: FrameDecoderTests.conversation)
        var sent: [MethodID] = []
        while let unit = try decoder.next(from: &buffer) {
            for case .send(let method, _) in state.take(unit, store: &store) { sent.append(method.id) }
        }
        #expect(
            sent == [
                .connectionStart, .connectionTune, .connectionOpenOk, .channelOpenOk, .exchangeDeclareOk,
                .queueDeclareOk, .queueBindOk, .confirmSelectOk, .basicAck,
            ])
        let fetched = try store.get("work", isWithoutAcks: true, channel: ChannelID(connection: 1, number: 1))
        #expect(fetched.map { String(buffer: $0.entry.message.body) } == "abc")
    }

    @Test("a stand-in says that it is one")
    func product() {
        let table = ServerProperties.table(name: "rabbit")
        #expect(table.values["product"] == .string("supervise stand-in"))
        #expect(table.isSet("publisher_confirms", in: "capabilities"))
        #expect(!table.isSet("connection.blocked", in: "capabilities"))
    }

    @Test("a channel's error ends the channel alone, and it can be opened again after the client's agreement")
    func channelError() throws {
        var store = MessageStore()
        var state = try openConnection(&store)
        let ack = SampleFrames.method(.basicAck) { $0.writeMultipleIntegers(UInt64(5), UInt8(0)) }
        let open = SampleFrames.method(.channelOpen) { $0.writeShortString("") }
        let closeOk = SampleFrames.method(.channelCloseOk) { _ in }
        #expect(methods(state.take(frame(open), store: &store)) == [.channelOpenOk])
        #expect(methods(state.take(frame(ack), store: &store)) == [.channelClose])
        #expect(state.take(frame(ack), store: &store).isEmpty)
        #expect(methods(state.take(frame(closeOk), store: &store)).isEmpty)
        #expect(methods(state.take(frame(open), store: &store)) == [.channelOpenOk])
        #expect(state.isOpen)
        #expect(methods(state.take(frame(open), store: &store)) == [.connectionClose])
        #expect(state.phase == .closing)
    }

    @Test("a message has to follow its publish before anything else is said on that channel")
    func interruptedContent() throws {
        var store = MessageStore()
        var state = try openConnection(&store)
        let open = SampleFrames.method(.channelOpen) { $0.writeShortString("") }
        let publish = try #require(SampleFrames.methods.last)
        _ = state.take(frame(open), store: &store)
        #expect(state.take(frame(publish), store: &store).isEmpty)
        #expect(methods(state.take(frame(publish), store: &store)) == [.connectionClose])
    }

    private func openConnection(_ store: inout MessageStore) throws -> ConnectionState {
        var state = ConnectionState(id: 1, name: "rabbit")
        _ = state.take(.protocolHeader, store: &store)
        for payload in SampleFrames.methods.prefix(3) {
            _ = state.take(.frame(Frame(kind: .method, channel: 0, payload: payload)), store: &store)
        }
        try #require(state.isOpen)
        return state
    }

    private func frame(_ payload: ByteBuffer) -> FrameDecoder.Unit {
        .frame(Frame(kind: .method, channel: 1, payload: payload))
    }

    private func methods(_ actions: [ConnectionState.Action]) -> [MethodID] {
        actions.compactMap { if case .send(let method, _) = $0 { method.id } else { nil } }
    }
}
