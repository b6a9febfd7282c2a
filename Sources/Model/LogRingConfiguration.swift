/// A `ring` section: lines that are kept in memory, and sent from there to servers over TCP.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.9.
public struct LogRingConfiguration: Sendable, Hashable {
    /// A server that gets every line.
    public struct Server: Sendable, Hashable {
        /// How one line is told from the next.
        public enum Framing: String, Sendable, CaseIterable {
            /// A line feed after each.
            ///
            /// - Source: RFC 6587, section 3.4.2.
            case legacy
            /// The number of bytes and a blank before each.
            ///
            /// - Source: RFC 6587, section 3.4.1.
            case octetCount = "octet-count"
        }

        /// Where a server is.
        public enum Address: Sendable, Hashable {
            /// An IP address and a port.
            case ip(host: String, port: UInt16)
            /// A stream socket's path.
            case unix(path: String)
        }

        /// Its name, by which the program's messages call it.
        public var name: String
        /// Where it is.
        public var address: Address
        /// How one line is told from the next (`log-proto`).
        public var framing = Framing.legacy

        /// Makes a server.
        ///
        /// - Parameters:
        ///   - name: its name.
        ///   - address: where it is.
        public init(name: String, address: Address) {
            self.name = name
            self.address = address
        }
    }

    /// The least and usual size.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `tune.bufsize`, default.
    public static let usualSize = 16_384

    /// Its name.
    public var name: String
    /// What is said of it where rings are listed.
    public var description: String
    /// What stands before the text of each line; the `log` lines' own formats don't count.
    public var format = LogTarget.Format.raw
    /// The most bytes of a line, what stands before it included; `nil` where the `log` lines alone say it.
    public var maxLength: Int?
    /// How many bytes it keeps.
    public var size = usualSize
    /// The servers that get every line.
    public var servers: [Server] = []
    /// How long a connection to a server may take to be made.
    public var connectTimeout = Duration.seconds(5)
    /// How long a server may take nothing while lines wait; `nil` for ever.
    public var serverTimeout: Duration?

    /// Makes an empty ring.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - description: what is said of it; its name when `nil`.
    public init(name: String, description: String? = nil) {
        self.name = name
        self.description = description ?? name
    }
}

/// A ring at one moment, as lists show it.
public struct LogRingSnapshot: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// What is said of it.
    public var description: String
    /// How many lines found no room.
    public var dropped: Int

    /// Makes a snapshot.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - description: what is said of it.
    ///   - dropped: how many lines found no room.
    public init(name: String, description: String, dropped: Int) {
        self.name = name
        self.description = description
        self.dropped = dropped
    }
}
