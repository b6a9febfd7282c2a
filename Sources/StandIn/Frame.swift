import NIOCore

/// One frame of AMQP 0-9-1.
///
/// - Source: AMQP 0-9-1 specification, section 2.3.5 "Frame details".
struct Frame: Equatable, Sendable {
    /// What a frame carries.
    enum Kind: UInt8, Sendable {
        case method = 1
        case header = 2
        case body = 3
        case heartbeat = 8
    }

    /// The octet that ends each frame.
    static let end: UInt8 = 0xCE
    /// Type, channel and size before the payload, and the end octet after it.
    static let overhead = 8
    /// The largest frame a stand-in offers and takes, in bytes with its overhead: RabbitMQ's default `frame_max`.
    static let maximum = 131_072
    /// The least a client may ask for.
    static let leastMaximum = 4096

    /// What it carries.
    var kind: Kind
    /// Its channel; 0 is the connection itself.
    var channel: UInt16
    /// What is between the size and the end octet.
    var payload: ByteBuffer

    /// Appends the frame to a buffer.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(kind.rawValue, channel, UInt32(payload.readableBytes))
        buffer.writeImmutableBuffer(payload)
        buffer.writeInteger(Self.end)
    }
}
