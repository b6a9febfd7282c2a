import NIOCore
import Testing

@testable import StandIn

@Suite("Frame decoder")
struct FrameDecoderTests {
    /// A login and a publish as a client sends them, well-formed.
    static let conversation: [UInt8] = {
        var bytes = ByteBuffer(bytes: FrameDecoder.protocolHeader)
        for payload in SampleFrames.methods {
            // Class 10, connection, belongs on channel 0.
            let isConnection: Bool = payload.getInteger(at: payload.readerIndex, as: UInt16.self) == 10
            Frame(kind: .method, channel: isConnection ? 0 : 1, payload: payload).write(to: &bytes)
        }
        Frame(kind: .header, channel: 1, payload: SampleFrames.header(bodySize: 3)).write(to: &bytes)
        Frame(kind: .body, channel: 1, payload: ByteBuffer(string: "abc")).write(to: &bytes)
        Frame(kind: .heartbeat, channel: 0, payload: ByteBuffer()).write(to: &bytes)
        return Array(bytes.readableBytesView)
    }()

    @Test("frames come out the same, however the bytes were cut")
    func anyCut() throws {
        let whole = try units(of: [Self.conversation])
        #expect(whole.count == SampleFrames.methods.count + 4)
        #expect(whole.first == .protocolHeader)
        for length in 1...16 {
            let parts = stride(from: 0, to: Self.conversation.count, by: length).map {
                Array(Self.conversation[$0..<min($0 + length, Self.conversation.count)])
            }
            #expect(try units(of: parts) == whole)
        }
    }

    @Test("a frame that is not whole yields nothing and loses nothing")
    func truncated() throws {
        for length in 0..<Self.conversation.count {
            var decoder = FrameDecoder()
            var buffer = ByteBuffer(bytes: Self.conversation.prefix(length))
            while try decoder.next(from: &buffer) != nil {}
            buffer.writeBytes(Self.conversation.dropFirst(length))
            while try decoder.next(from: &buffer) != nil {}
            #expect(buffer.readableBytes == 0)
        }
    }

    @Test("another protocol's first bytes are seen as such")
    func wrongHeader() throws {
        var decoder = FrameDecoder()
        var buffer = ByteBuffer(string: "GET / HTTP/1.1\r\n")
        #expect(try decoder.next(from: &buffer) == .wrongHeader)
    }

    @Test("a size beyond the bound is refused before its bytes have come")
    func tooLarge() throws {
        var decoder = FrameDecoder()
        decoder.maximumFrame = 4096
        var buffer = ByteBuffer(bytes: FrameDecoder.protocolHeader)
        _ = try decoder.next(from: &buffer)
        buffer.writeMultipleIntegers(UInt8(1), UInt16(1), UInt32(4096 - 8 + 1))
        #expect(throws: ProtocolError(.frameError, "type 1, payload size 4089 exceeds frame max 4096")) {
            try decoder.next(from: &buffer)
        }
    }

    @Test("a wrong end octet and an unknown type are refused")
    func malformed() throws {
        for bytes: [UInt8] in [[8, 0, 0, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0, 0, 0xCE]] {
            var decoder = FrameDecoder()
            var buffer = ByteBuffer(bytes: FrameDecoder.protocolHeader + bytes)
            _ = try decoder.next(from: &buffer)
            #expect(throws: ProtocolError.self) { try decoder.next(from: &buffer) }
        }
    }

    private func units(of parts: [[UInt8]]) throws -> [FrameDecoder.Unit] {
        var decoder = FrameDecoder()
        var buffer = ByteBuffer()
        var units: [FrameDecoder.Unit] = []
        for part in parts {
            buffer.writeBytes(part)
            while let unit = try decoder.next(from: &buffer) { units.append(unit) }
        }
        return units
    }
}
