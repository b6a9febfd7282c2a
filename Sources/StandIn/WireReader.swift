import NIOCore

/// Reads AMQP's basic types out of a frame's payload, never beyond its end.
///
/// - Source: AMQP 0-9-1 specification, section 4.2 "AMQP wire-level format".
struct WireReader {
    /// What has not been read yet.
    private(set) var rest: ByteBuffer

    init(_ payload: ByteBuffer) {
        rest = payload
    }

    var isAtEnd: Bool { rest.readableBytes == 0 }

    /// Reads an integer of any width, in network byte order.
    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(ProtocolError) -> Value {
        guard let value = rest.readInteger(as: type) else { throw Self.tooShort }
        return value
    }

    /// Reads a string with a length of one octet.
    mutating func shortString() throws(ProtocolError) -> String {
        let length = try integer(UInt8.self)
        guard let bytes = rest.readSlice(length: Int(length)) else { throw Self.tooShort }
        return try text(of: bytes)
    }

    /// Reads a byte string with a length of four octets.
    mutating func longString() throws(ProtocolError) -> ByteBuffer {
        let length = try integer(UInt32.self)
        guard let bytes = rest.readSlice(length: Int(length)) else { throw Self.tooShort }
        return bytes
    }

    /// Reads an octet of up to eight packed bits, the first in the lowest.
    mutating func bits() throws(ProtocolError) -> Bits {
        Bits(octet: try integer())
    }

    /// Reads a field table.
    mutating func table() throws(ProtocolError) -> FieldTable {
        try FieldTable(from: &self)
    }

    private func text(of bytes: ByteBuffer) throws(ProtocolError) -> String {
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw ProtocolError(.syntaxError, "a short string is not UTF-8")
        }
        return text
    }

    private static var tooShort: ProtocolError { ProtocolError(.syntaxError, "a frame ends in the middle of a field") }
}

/// Up to eight flags in one octet.
struct Bits {
    private let octet: UInt8

    init(octet: UInt8) {
        self.octet = octet
    }

    /// The flag at a position, 0 being the first.
    subscript(position: Int) -> Bool { octet & (1 << position) != 0 }
}

extension ByteBuffer {
    /// Writes a string with a length of one octet; the caller has kept it short enough.
    mutating func writeShortString(_ text: String) {
        precondition(text.utf8.count <= Int(UInt8.max), "a short string holds at most 255 bytes")
        writeInteger(UInt8(text.utf8.count))
        writeString(text)
    }

    /// Writes a string with a length of four octets.
    mutating func writeLongString(_ text: String) {
        writeInteger(UInt32(text.utf8.count))
        writeString(text)
    }

    /// Writes a field table with its length.
    mutating func writeTable(_ table: FieldTable) {
        table.write(to: &self)
    }
}
