/// A text that a check sends, looks for or says: fixed bytes, and what is only known while the check runs.
public struct CheckText: Sendable, Hashable {
    /// One part.
    public enum Part: Sendable, Hashable {
        case bytes([UInt8])
        /// A variable that a step before has set; empty when none has.
        case variable(String)
        /// What the server has answered: from a byte on, so many of them, all the rest when 0 (`res.payload`).
        case answer(offset: Int, length: Int)
        /// The server's name.
        case serverName
        /// The name of its proxy.
        case proxyName
        /// Seconds since 1970, in decimal digits.
        case seconds
        /// The same in four bytes, the highest first.
        case wireSeconds
        /// A text of its own, to which conversions apply as a whole.
        case group(CheckText)
    }

    /// What changes a part.
    public enum Conversion: Sendable, Hashable {
        /// Up to the first line's end (`cut_crlf`).
        case cutLine
        /// Without these bytes at the beginning (`ltrim`).
        case trimStart([UInt8])
        /// Without these bytes at the end (`rtrim`).
        case trimEnd([UInt8])
        /// In hexadecimal digits (`hex`).
        case hexadecimal
        /// The bytes that hexadecimal digits stand for; nothing where it is something else.
        case binary
        case upper, lower
    }

    /// A part with what changes it, in order.
    public struct Piece: Sendable, Hashable {
        /// Where it comes from.
        public var part: Part
        /// What changes it, in order.
        public var conversions: [Conversion]

        /// Makes a piece.
        ///
        /// - Parameters:
        ///   - part: where it comes from.
        ///   - conversions: what changes it, in order.
        public init(_ part: Part, _ conversions: [Conversion] = []) {
            self.part = part
            self.conversions = conversions
        }
    }

    /// The pieces in order.
    public var pieces: [Piece]

    /// Makes a text.
    ///
    /// - Parameter pieces: its pieces in order.
    public init(_ pieces: [Piece]) { self.pieces = pieces }

    /// Makes a fixed text.
    ///
    /// - Parameter bytes: what it says.
    public init(bytes: [UInt8]) { pieces = bytes.isEmpty ? [] : [Piece(.bytes(bytes))] }

    /// What it says where that is known from the beginning.
    public var fixedBytes: [UInt8]? {
        var bytes: [UInt8] = []
        for piece in pieces {
            guard case .bytes(let fixed) = piece.part, piece.conversions.isEmpty else { return nil }
            bytes += fixed
        }
        return bytes
    }
}

extension CheckText: ExpressibleByStringLiteral {
    /// Makes a fixed text.
    ///
    /// - Parameter text: what it says.
    public init(stringLiteral text: String) { self.init(bytes: Array(text.utf8)) }
}
