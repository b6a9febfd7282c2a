import NIOCore

/// The header frame before a message's body.
///
/// The properties are checked but kept as they came: a stand-in hands them on and needs none of them itself.
///
/// - Source: AMQP 0-9-1 specification, section 2.3.5.2 "Content framing", and class `basic`'s list of properties.
struct ContentHeader: Equatable, Sendable {
    /// The class that messages belong to.
    static let basicClass: UInt16 = 60
    /// The largest body taken, in bytes.
    ///
    /// RabbitMQ's default `max_message_size` is eight times that; a stand-in keeps
    /// everything in the supervisor's memory.
    static let largestBody = 16 << 20

    /// How long the body will be, in bytes.
    var bodySize: Int
    /// The property flags and the properties, as on the wire.
    var properties: ByteBuffer

    /// A header without properties.
    init(bodySize: Int) {
        self.bodySize = bodySize
        properties = ByteBuffer(bytes: [0, 0])
    }

    /// Reads a header frame's payload.
    init(_ payload: ByteBuffer) throws(ProtocolError) {
        var reader = WireReader(payload)
        let classID: UInt16 = try reader.integer()
        guard classID == Self.basicClass else {
            throw ProtocolError(
                .unexpectedFrame, "a content header is of class \(classID), expected \(Self.basicClass)")
        }
        _ = try reader.integer(UInt16.self)
        let size: UInt64 = try reader.integer()
        guard size <= UInt64(Self.largestBody) else {
            throw ProtocolError(
                .preconditionFailed, "message size \(size) is larger than configured max size \(Self.largestBody)")
        }
        bodySize = Int(size)
        properties = reader.rest
        try Self.check(&reader)
    }

    /// Appends the header frame's payload.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(Self.basicClass, UInt16(0), UInt64(bodySize))
        buffer.writeImmutableBuffer(properties)
    }

    /// The properties in the order of their flags, the first in the highest bit.
    private enum Property: CaseIterable {
        case contentType, contentEncoding, headers, deliveryMode, priority, correlationID, replyTo, expiration
        case messageID, timestamp, type, userID, appID, clusterID
    }

    /// Walks over the properties, so that what is handed on can be read by whoever gets it.
    private static func check(_ reader: inout WireReader) throws(ProtocolError) {
        let flags: UInt16 = try reader.integer()
        // Bit 1 is unused by class basic and bit 0 would announce a second word of flags, which has no property.
        guard flags & 0b11 == 0 else { throw ProtocolError(.syntaxError, "a content header has unknown properties") }
        for (position, property) in Property.allCases.enumerated() where flags & (0x8000 >> position) != 0 {
            switch property {
            case .headers: _ = try reader.table()
            case .deliveryMode, .priority: _ = try reader.integer(UInt8.self)
            case .timestamp: _ = try reader.integer(UInt64.self)
            case .contentType, .contentEncoding, .correlationID, .replyTo, .expiration, .messageID, .type, .userID,
                .appID, .clusterID:
                _ = try reader.shortString()
            }
        }
        guard reader.isAtEnd else { throw ProtocolError(.syntaxError, "a content header goes on after its properties") }
    }
}
