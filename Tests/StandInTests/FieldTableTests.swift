import NIOCore
import Testing

@testable import StandIn

@Suite("Field table")
struct FieldTableTests {
    @Test("every type of value is read as it was written")
    func roundTrip() throws {
        let table: FieldTable = [
            "t": .bool(true), "b": .int8(-1), "B": .uint8(200), "s": .int16(-300), "u": .uint16(60_000),
            "I": .int32(-70_000), "i": .uint32(4_000_000_000), "l": .int64(.min), "f": .float(1.5), "d": .double(2.25),
            "D": .decimal(scale: 2, 314), "S": .string("text"), "x": .bytes(ByteBuffer(bytes: [0, 255])),
            "A": .array([.void, .string("a"), .array([])]), "T": .timestamp(1_500_000_000),
            "F": .table(["inner": .bool(false)]), "V": .void,
        ]
        var buffer = ByteBuffer()
        buffer.writeTable(table)
        var reader = WireReader(buffer)
        #expect(try reader.table() == table)
        #expect(reader.isAtEnd)
    }

    @Test("a value of unknown type is refused")
    func unknownType() {
        var reader = WireReader(ByteBuffer(bytes: [0, 0, 0, 3, 1, 0x61, 0x7A]))
        #expect(throws: ProtocolError.self) { try reader.table() }
    }
}
