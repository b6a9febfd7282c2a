/// Writes values of AMQP 0-9-1.
///
/// - Source: AMQP 0-9-1 specification, section 4.2.5.
struct AMQPWriter {
    private(set) var bytes: [UInt8] = []

    /// Writes a number, big-endian.
    mutating func number(_ value: some FixedWidthInteger & UnsignedInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    /// Writes a text of up to 255 bytes; a longer one loses its end.
    mutating func shortText(_ text: String) {
        let content = text.utf8.prefix(Int(UInt8.max))
        number(UInt8(content.count))
        bytes += content
    }

    /// Writes bytes after their length.
    mutating func long(_ content: [UInt8]) {
        number(UInt32(content.count))
        bytes += content
    }

    /// Writes a text in a table.
    mutating func field(_ name: String, _ text: String) {
        shortText(name)
        number(UInt8(ascii: "S"))
        long(Array(text.utf8))
    }

    /// Writes a flag that is set, in a table.
    mutating func flag(_ name: String) {
        shortText(name)
        number(UInt8(ascii: "t"))
        number(UInt8(1))
    }

    /// Writes a table in a table.
    mutating func table(_ name: String, _ content: AMQPWriter) {
        shortText(name)
        number(UInt8(ascii: "F"))
        long(content.bytes)
    }
}
