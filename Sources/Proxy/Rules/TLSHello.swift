/// The first message of a TLS connection, as far as rules ask for it.
///
/// - Source: RFC 8446, sections 4.1.2, 4.2 and 5.1; RFC 6066, section 3.
struct TLSHello {
    /// What the first bytes of a connection are.
    enum Reading {
        /// The beginning of a handshake, if anything.
        case incomplete
        /// No handshake.
        case otherwise
        case hello(TLSHello)
    }

    /// The handshake message's type: 1 is a client's hello.
    let messageType: UInt8
    /// What the record holds.
    private let message: UnsafeRawBufferPointer

    private static let handshakeRecord: UInt8 = 22
    private static let clientHello: UInt8 = 1
    private static let recordHeaderLength = 5
    /// The most that a record may hold, in bytes.
    private static let longestRecord = 16_384 + 256
    private static let serverNameExtension: UInt16 = 0

    /// Reads the first record.
    ///
    /// - Parameter bytes: everything that has come so far; of use as long as the hello.
    /// - Returns: the hello, or what it is instead.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        guard let type = bytes.first else { return .incomplete }
        guard type == handshakeRecord else { return .otherwise }
        guard bytes.count >= recordHeaderLength else { return .incomplete }
        // Major version 3, and at least as much as the message's type and length.
        let length = Int(bytes[3]) << 8 | Int(bytes[4])
        guard bytes[1] == 3, length >= 4, length <= longestRecord else { return .otherwise }
        guard bytes.count >= recordHeaderLength + length else { return .incomplete }
        let record = UnsafeRawBufferPointer(rebasing: bytes[recordHeaderLength..<(recordHeaderLength + length)])
        return .hello(TLSHello(messageType: record[0], message: record))
    }

    /// The highest version of a client's hello: its major number times 65,536 and its minor number.
    var version: Int? {
        guard messageType == Self.clientHello, message.count >= 6 else { return nil }
        return Int(message[4]) << 16 | Int(message[5])
    }

    /// The name of the server that a client asks for; `nil` where it names none, or its message is damaged.
    var serverName: UnsafeRawBufferPointer? {
        guard messageType == Self.clientHello else { return nil }
        var fields = Fields(rest: message[...])
        // Type and length, version, random bytes, session, cipher suites, compression methods, extensions.
        guard fields.skip(4 + 2 + 32), fields.skipCounted(1), fields.skipCounted(2), fields.skipCounted(1),
            var extensions = fields.takeCounted(2)
        else { return nil }
        while let type = extensions.takeNumber(2), let content = extensions.takeCounted(2) {
            guard type == Self.serverNameExtension else { continue }
            var list = content
            // The list's length, the name's type (0 is a host's), the name.
            guard var names = list.takeCounted(2), names.takeNumber(1) == 0, let name = names.takeCounted(2) else {
                return nil
            }
            return UnsafeRawBufferPointer(rebasing: name.rest)
        }
        return nil
    }

    /// Fields, one after the other.
    private struct Fields {
        var rest: Slice<UnsafeRawBufferPointer>

        mutating func skip(_ count: Int) -> Bool {
            guard rest.count >= count else { return false }
            rest = rest.dropFirst(count)
            return true
        }

        mutating func takeNumber(_ size: Int) -> UInt16? {
            guard rest.count >= size else { return nil }
            let number = rest.prefix(size).reduce(UInt16(0)) { $0 << 8 | UInt16($1) }
            rest = rest.dropFirst(size)
            return number
        }

        /// A field whose length stands before it in so many bytes.
        mutating func takeCounted(_ size: Int) -> Fields? {
            guard let length = takeNumber(size), rest.count >= Int(length) else { return nil }
            defer { rest = rest.dropFirst(Int(length)) }
            return Fields(rest: rest.prefix(Int(length)))
        }

        mutating func skipCounted(_ size: Int) -> Bool { takeCounted(size) != nil }
    }
}
