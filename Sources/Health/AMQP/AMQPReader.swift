/// Reads values of AMQP 0-9-1 from bytes that somebody else has sent.
///
/// - Source: AMQP 0-9-1 specification, sections 4.2.3 (frames) and 4.2.5 (values), with the type letters that RabbitMQ
///   uses (RabbitMQ's "AMQP 0-9-1 errata").
struct AMQPReader {
    /// The bytes end before the value does, or are none.
    struct Malformed: Error, Hashable {}

    private let bytes: [UInt8]
    private(set) var position: Int
    private let end: Int

    /// Makes a reader of all bytes.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        position = start
        self.end = end
    }

    /// Whether nothing is left.
    var isAtEnd: Bool { position == end }

    /// Reads an unsigned number, big-endian.
    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self
    ) throws(Malformed) -> Number {
        let start = try skip(MemoryLayout<Number>.size)
        return bytes[start..<position].reduce(0) { $0 << 8 | Number($1) }
    }

    /// Reads a text of up to 255 bytes.
    mutating func shortText() throws(Malformed) -> String {
        let length = try number(UInt8.self)
        let start = try skip(Int(length))
        return ByteText.readable(bytes[start..<position])
    }

    /// Reads a text whose length takes four bytes.
    mutating func longText() throws(Malformed) -> String {
        let content = try part()
        return ByteText.readable(bytes[content.position..<content.end])
    }

    /// Reads the texts at the top of a table and the flags of its table `capabilities`, and passes over everything else.
    ///
    /// - Returns: the texts by name, of two with one name the later, and the names of the flags that are set.
    mutating func properties() throws(Malformed) -> (texts: [String: String], capabilities: [String]) {
        var table = try part()
        var texts: [String: String] = [:]
        var capabilities: [String] = []
        while !table.isAtEnd {
            let name = try table.shortText()
            let type = try table.number(UInt8.self)
            switch UnicodeScalar(type) {
            case "S": texts[name] = try table.longText()
            case "F" where name == "capabilities": capabilities = try table.flags()
            default: try table.skipValue(type)
            }
        }
        return (texts, capabilities)
    }

    /// Reads the names of the flags that are set in a table.
    private mutating func flags() throws(Malformed) -> [String] {
        var table = try part()
        var names: [String] = []
        while !table.isAtEnd {
            let name = try table.shortText()
            let type = try table.number(UInt8.self)
            guard type == UInt8(ascii: "t") else {
                try table.skipValue(type)
                continue
            }
            if try table.number(UInt8.self) != 0 { names.append(name) }
        }
        return names
    }

    /// Passes over a value; tables and arrays are passed over whole, however deep they are.
    private mutating func skipValue(_ type: UInt8) throws(Malformed) {
        switch UnicodeScalar(type) {
        case "t", "b", "B": _ = try skip(1)
        case "s", "u", "U": _ = try skip(2)
        case "I", "i", "f": _ = try skip(4)
        case "D": _ = try skip(5)
        case "l", "L", "d", "T": _ = try skip(8)
        case "S", "x", "F", "A": _ = try part()
        case "V": break
        default: throw Malformed()
        }
    }

    /// The bytes that follow their length.
    private mutating func part() throws(Malformed) -> AMQPReader {
        let length = try number(UInt32.self)
        let start = try skip(Int(length))
        return AMQPReader(bytes, from: start, to: position)
    }

    private mutating func skip(_ count: Int) throws(Malformed) -> Int {
        guard count <= end - position else { throw Malformed() }
        defer { position += count }
        return position
    }
}
