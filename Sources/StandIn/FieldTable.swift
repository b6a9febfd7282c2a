import NIOCore

/// A value in a field table.
///
/// - Source: AMQP 0-9-1 specification, section 4.2.5.5 "Field tables", with the type letters that RabbitMQ and its
///   clients use (RabbitMQ's "AMQP 0-9-1 errata").
indirect enum FieldValue: Hashable, Sendable {
    case bool(Bool)
    case int8(Int8)
    case uint8(UInt8)
    case int16(Int16)
    case uint16(UInt16)
    case int32(Int32)
    case uint32(UInt32)
    case int64(Int64)
    case float(Float)
    case double(Double)
    case decimal(scale: UInt8, Int32)
    case text(ByteBuffer)
    case bytes(ByteBuffer)
    case array([FieldValue])
    case timestamp(UInt64)
    case table(FieldTable)
    case void

    /// A text value.
    static func string(_ text: String) -> FieldValue { .text(ByteBuffer(string: text)) }
}

/// Named values: arguments, capabilities and properties.
struct FieldTable: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// How deep tables and arrays may lie in one another; deeper is refused, so that no client can exhaust the stack.
    static let deepestNesting = 16

    /// The values by name; of two with one name the later counts.
    var values: [String: FieldValue]

    init(dictionaryLiteral elements: (String, FieldValue)...) {
        values = Dictionary(elements) { _, later in later }
    }

    /// Reads a table with its length.
    init(from reader: inout WireReader) throws(ProtocolError) {
        try self.init(from: &reader, depth: 0)
    }

    private init(from reader: inout WireReader, depth: Int) throws(ProtocolError) {
        guard depth < Self.deepestNesting else { throw ProtocolError(.syntaxError, "a field table is nested too deep") }
        var content = WireReader(try reader.longString())
        values = [:]
        while !content.isAtEnd {
            let name = try content.shortString()
            values[name] = try Self.value(from: &content, depth: depth)
        }
    }

    /// Whether a nested table such as `capabilities` has this flag set.
    func isSet(_ name: String, in table: String) -> Bool {
        guard case .table(let nested) = values[table] else { return false }
        return nested.values[name] == .bool(true)
    }

    /// Appends the table with its length, names in order.
    func write(to buffer: inout ByteBuffer) {
        var content = ByteBuffer()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            content.writeShortString(name)
            Self.write(value, to: &content)
        }
        buffer.writeInteger(UInt32(content.readableBytes))
        buffer.writeBuffer(&content)
    }

    private static func value(from reader: inout WireReader, depth: Int) throws(ProtocolError) -> FieldValue {
        let letter = try reader.integer(UInt8.self)
        switch UnicodeScalar(letter) {
        case "t": return .bool(try reader.integer(UInt8.self) != 0)
        case "b": return .int8(try reader.integer())
        case "B": return .uint8(try reader.integer())
        case "s", "U": return .int16(try reader.integer())
        case "u": return .uint16(try reader.integer())
        case "I": return .int32(try reader.integer())
        case "i": return .uint32(try reader.integer())
        case "l", "L": return .int64(try reader.integer())
        case "f": return .float(Float(bitPattern: try reader.integer()))
        case "d": return .double(Double(bitPattern: try reader.integer()))
        case "D":
            let scale: UInt8 = try reader.integer()
            return .decimal(scale: scale, try reader.integer())
        case "S": return .text(try reader.longString())
        case "x": return .bytes(try reader.longString())
        case "T": return .timestamp(try reader.integer())
        case "F": return .table(try FieldTable(from: &reader, depth: depth + 1))
        case "V": return .void
        case "A": return .array(try array(from: &reader, depth: depth + 1))
        default: throw ProtocolError(.syntaxError, "a field table holds a value of unknown type \(letter)")
        }
    }

    private static func array(from reader: inout WireReader, depth: Int) throws(ProtocolError) -> [FieldValue] {
        guard depth < deepestNesting else { throw ProtocolError(.syntaxError, "a field array is nested too deep") }
        var content = WireReader(try reader.longString())
        var elements: [FieldValue] = []
        while !content.isAtEnd {
            elements.append(try value(from: &content, depth: depth))
        }
        return elements
    }

    private static func write(_ value: FieldValue, to buffer: inout ByteBuffer) {
        func letter(_ scalar: UnicodeScalar) { buffer.writeInteger(UInt8(ascii: scalar)) }
        switch value {
        case .bool(let flag):
            letter("t")
            buffer.writeInteger(UInt8(flag ? 1 : 0))
        case .int8(let number):
            letter("b")
            buffer.writeInteger(number)
        case .uint8(let number):
            letter("B")
            buffer.writeInteger(number)
        case .int16(let number):
            letter("s")
            buffer.writeInteger(number)
        case .uint16(let number):
            letter("u")
            buffer.writeInteger(number)
        case .int32(let number):
            letter("I")
            buffer.writeInteger(number)
        case .uint32(let number):
            letter("i")
            buffer.writeInteger(number)
        case .int64(let number):
            letter("l")
            buffer.writeInteger(number)
        case .float(let number):
            letter("f")
            buffer.writeInteger(number.bitPattern)
        case .double(let number):
            letter("d")
            buffer.writeInteger(number.bitPattern)
        case .decimal(let scale, let number):
            letter("D")
            buffer.writeInteger(scale)
            buffer.writeInteger(number)
        case .text(let bytes):
            letter("S")
            buffer.writeInteger(UInt32(bytes.readableBytes))
            buffer.writeImmutableBuffer(bytes)
        case .bytes(let bytes):
            letter("x")
            buffer.writeInteger(UInt32(bytes.readableBytes))
            buffer.writeImmutableBuffer(bytes)
        case .array(let elements):
            var content = ByteBuffer()
            for element in elements { write(element, to: &content) }
            letter("A")
            buffer.writeInteger(UInt32(content.readableBytes))
            buffer.writeBuffer(&content)
        case .timestamp(let seconds):
            letter("T")
            buffer.writeInteger(seconds)
        case .table(let nested):
            letter("F")
            nested.write(to: &buffer)
        case .void:
            letter("V")
        }
    }
}
