import NIOCore

@testable import StandIn

/// Payloads as clients send them.
enum SampleFrames {
    /// One of each of the methods that carry the most.
    static let methods: [ByteBuffer] = [
        method(.connectionStartOk) {
            $0.writeTable([
                "product": .string("test"), "number": .int32(7), "list": .array([.bool(true), .void]),
                "capabilities": .table(["consumer_cancel_notify": .bool(true)]),
            ])
            $0.writeShortString("PLAIN")
            $0.writeLongString("\u{0}guest\u{0}guest")
            $0.writeShortString("en_US")
        },
        method(.connectionTuneOk) { $0.writeMultipleIntegers(UInt16(2047), UInt32(131_072), UInt16(60)) },
        method(.connectionOpen) {
            $0.writeShortString("/")
            $0.writeShortString("")
            $0.writeInteger(UInt8(0))
        },
        method(.channelOpen) { $0.writeShortString("") },
        method(.exchangeDeclare) {
            $0.writeInteger(UInt16(0))
            $0.writeShortString("logs")
            $0.writeShortString("topic")
            $0.writeInteger(UInt8(0b10))
            $0.writeTable([:])
        },
        method(.queueDeclare) {
            $0.writeInteger(UInt16(0))
            $0.writeShortString("work")
            $0.writeInteger(UInt8(0b10))
            $0.writeTable(["x-max-length": .int32(10)])
        },
        method(.queueBind) {
            $0.writeInteger(UInt16(0))
            $0.writeShortString("work")
            $0.writeShortString("logs")
            $0.writeShortString("#")
            $0.writeInteger(UInt8(0))
            $0.writeTable([:])
        },
        method(.confirmSelect) { $0.writeInteger(UInt8(0)) },
        method(.basicPublish) {
            $0.writeInteger(UInt16(0))
            $0.writeShortString("logs")
            $0.writeShortString("a.b")
            $0.writeInteger(UInt8(1))
        },
    ]

    /// A content header with a table, a number and a text among its properties.
    static func header(bodySize: UInt64) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(ContentHeader.basicClass, UInt16(0), bodySize, UInt16(0b1011_0000_0000_0000))
        buffer.writeShortString("text/plain")
        buffer.writeTable(["id": .int64(1)])
        buffer.writeInteger(UInt8(2))
        return buffer
    }

    static func method(_ id: MethodID, _ arguments: (inout ByteBuffer) -> Void) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(id.classID, id.methodID)
        arguments(&buffer)
        return buffer
    }
}
