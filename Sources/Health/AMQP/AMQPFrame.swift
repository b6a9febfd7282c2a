/// A frame of AMQP 0-9-1: what travels in one piece.
///
/// - Source: AMQP 0-9-1 specification, section 4.2.3.
struct AMQPFrame: Hashable {
    /// What a frame carries.
    static let methodType: UInt8 = 1
    static let headerType: UInt8 = 2
    /// The byte that each frame ends with.
    static let end: UInt8 = 0xCE
    /// Bytes before the content: type, channel, length.
    static let headerLength = 7

    /// What it carries.
    var type: UInt8
    /// Which channel it belongs to, 0 for the connection itself.
    var channel: UInt16
    /// The content.
    var payload: [UInt8]

    /// Its bytes on the wire.
    var bytes: [UInt8] {
        var writer = AMQPWriter()
        writer.number(type)
        writer.number(channel)
        writer.number(UInt32(payload.count))
        return writer.bytes + payload + [Self.end]
    }
}

/// Finds the frames in what a broker sends.
///
/// Holds at most one frame that isn't whole yet, of limited length: the bytes are somebody else's.
struct AMQPFrameBuffer {
    /// What the bytes are instead of frames.
    enum Unfit: Error, Hashable {
        /// A frame longer than any that a check waits for.
        case tooLong(Int)
        /// Not a frame.
        case noFrame
        /// A protocol header: the broker speaks another version.
        case otherVersion(String)
    }

    /// `AMQP` and four bytes more.
    private static let protocolHeaderLength = 8

    /// The longest frame: what a broker may send before anything else is agreed on is 4,096 bytes, but RabbitMQ's own
    /// introduction may be longer with plugins' capabilities and a long name.
    static let longestFrame = 65_536

    private var bytes: [UInt8] = []
    /// How many of them were taken out already.
    private var taken = 0

    /// Takes in what has come.
    mutating func append(_ more: some Sequence<UInt8>) {
        bytes.removeFirst(taken)
        taken = 0
        bytes += more
    }

    /// Takes out the next whole frame; `nil` while there is none.
    mutating func next() throws(Unfit) -> AMQPFrame? {
        let rest = bytes[taken...]
        if rest.starts(with: "AMQP".utf8) {
            guard rest.count >= Self.protocolHeaderLength else { return nil }
            let version = rest.prefix(Self.protocolHeaderLength).suffix(3)
            throw .otherVersion(version.map(String.init).joined(separator: "-"))
        }
        guard let type = rest.first else { return nil }
        guard (1...8).contains(type) || type == UInt8(ascii: "A") else { throw .noFrame }
        guard rest.count >= AMQPFrame.headerLength else { return nil }
        let length = bytes[taken + 3...taken + 6].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.longestFrame else { throw .tooLong(length) }
        guard rest.count > AMQPFrame.headerLength + length else { return nil }
        let start = taken + AMQPFrame.headerLength
        guard bytes[start + length] == AMQPFrame.end else { throw .noFrame }
        let channel = UInt16(bytes[taken + 1]) << 8 | UInt16(bytes[taken + 2])
        taken = start + length + 1
        return AMQPFrame(type: type, channel: channel, payload: Array(bytes[start..<start + length]))
    }
}
