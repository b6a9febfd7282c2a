/// The name of a session while it lasts, as `show sess` shows it and other commands take it: `0x100000000`.
public struct SessionIdentifier: Sendable, Hashable, CustomStringConvertible {
    /// The number.
    public var rawValue: UInt64

    /// Makes an identifier.
    ///
    /// - Parameter rawValue: the number.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Makes the identifier of a session in its slot.
    ///
    /// - Parameters:
    ///   - slot: the slot's number.
    ///   - generation: how often the slot has been used.
    public init(slot: UInt32, generation: UInt32) { rawValue = UInt64(generation) << 32 | UInt64(slot) }

    /// Reads one as a person writes it; 0 for what is no number, which no session has.
    ///
    /// - Parameter text: hexadecimal after `0x`, else decimal; what follows the digits is passed over.
    public init(_ text: String) {
        let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
        let digits = (isHexadecimal ? text.dropFirst(2) : text[...]).prefix { $0.isHexDigit && $0.isASCII }
        let used = isHexadecimal ? digits : digits.prefix { $0.isNumber }
        rawValue = UInt64(used, radix: isHexadecimal ? 16 : 10) ?? 0
    }

    /// The session's slot.
    public var slot: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    /// How often the slot had been used.
    public var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
    /// As persons write it.
    public var description: String { "0x" + String(rawValue, radix: 16) }
}

/// One session at one moment.
public struct SessionSnapshot: Sendable, Hashable {
    /// Where a session is in its life.
    public enum Phase: Sendable, Hashable {
        /// It waits for a server with a free slot.
        case queued
        /// A connection to a server is being made.
        case connecting
        /// The server refused; it is tried again in a moment.
        case pausing
        /// Bytes move.
        case established
    }

    /// One of its two ways.
    public struct Direction: Sendable, Hashable {
        /// Bytes moved since the session began.
        public var bytes: Int64
        /// Bytes that were read and wait to be taken.
        public var pending: Int
        /// Whether its source has ended.
        public var hasEnded: Bool

        /// Makes a way.
        ///
        /// - Parameters:
        ///   - bytes: bytes moved since the session began.
        ///   - pending: bytes that wait to be taken.
        ///   - hasEnded: whether its source has ended.
        public init(bytes: Int64 = 0, pending: Int = 0, hasEnded: Bool = false) {
            self.bytes = bytes
            self.pending = pending
            self.hasEnded = hasEnded
        }
    }

    /// Its name.
    public var identifier: SessionIdentifier
    /// Where it is in its life.
    public var phase: Phase
    /// The client's address without port; `nil` on a Unix socket.
    public var clientHost: String?
    /// The client's port.
    public var clientPort: UInt16 = 0
    /// The frontend's index in the configuration.
    public var frontend = 0
    /// The address's index in the frontend's `binds`.
    public var bind = 0
    /// The backend's index in the configuration.
    public var backend = 0
    /// The server that was chosen, `nil` while none is.
    public var server: String?
    /// The server's number, 0 while none is.
    public var serverID = 0
    /// The server's address, `nil` while it has none.
    public var serverAddress: String?
    /// When it was accepted.
    public var acceptedAt = Timestamp(millisecondsSinceEpoch: 0)
    /// How long ago that was, in milliseconds.
    public var ageMilliseconds: Int64 = 0
    /// How long ago anything moved, in milliseconds.
    public var idleMilliseconds: Int64 = 0
    /// When its next time limit is over, in milliseconds from now; `nil` without any.
    public var limitMilliseconds: Int64?
    /// Attempts after the first.
    public var retries = 0
    /// The descriptor to the client.
    public var clientDescriptor: Int32 = -1
    /// The descriptor to the server, -1 while there is none.
    public var serverDescriptor: Int32 = -1
    /// From the client to the server.
    public var upload = Direction()
    /// From the server to the client.
    public var download = Direction()

    /// Makes a session that has just begun.
    ///
    /// - Parameters:
    ///   - identifier: its name.
    ///   - phase: where it is in its life.
    public init(_ identifier: SessionIdentifier, phase: Phase) {
        self.identifier = identifier
        self.phase = phase
    }
}

/// Some of an instance's sessions.
public struct SessionPage: Sendable {
    /// The sessions, in the order of their slots.
    public var sessions: [SessionSnapshot]
    /// Where the next ones begin; `nil` when these were the last.
    public var next: Int?

    /// Makes a page.
    ///
    /// - Parameters:
    ///   - sessions: the sessions.
    ///   - next: where the next ones begin.
    public init(sessions: [SessionSnapshot], next: Int?) {
        self.sessions = sessions
        self.next = next
    }
}
