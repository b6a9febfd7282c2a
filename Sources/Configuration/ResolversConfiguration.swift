/// A `resolvers` section: whom to ask for servers' addresses while running, and how long answers hold.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.3.2.
public struct ResolversConfiguration: Sendable, Equatable {
    /// The name of the section that HAProxy makes by itself; it asks whom the system asks.
    public static let defaultName = "default"

    /// A server of names.
    public struct NameServer: Sendable, Hashable {
        /// Its name in the file.
        public var name: String
        /// Its IP address, without brackets.
        public var address: String
        /// Its port.
        public var port: UInt16
        /// Whether it is asked over TCP alone (`tcp@`).
        public var usesStream: Bool

        /// Makes a server of names.
        ///
        /// - Parameters:
        ///   - name: its name in the file.
        ///   - address: its IP address.
        ///   - port: its port.
        ///   - usesStream: whether it is asked over TCP alone.
        public init(name: String, address: String, port: UInt16, usesStream: Bool = false) {
            self.name = name
            self.address = address
            self.port = port
            self.usesStream = usesStream
        }
    }

    /// How long the last good address is kept after an answer of each kind (`hold`).
    public struct Hold: Sendable, Hashable {
        /// After an answer that named an address.
        public var valid: Duration = .seconds(10)
        /// After an answer that no longer names the address in use.
        public var obsolete: Duration = .zero
        /// After an answer that there is no such name.
        public var unknownName: Duration = .seconds(30)
        /// After a refusal.
        public var refused: Duration = .seconds(30)
        /// After no answer.
        public var timeout: Duration = .seconds(30)
        /// After any other answer.
        public var other: Duration = .seconds(30)

        /// Makes HAProxy's defaults.
        public init() {}
    }

    /// Its name.
    public var name: String
    /// Whom to ask, all at once; never empty unless `usesSystemServers`.
    public var nameServers: [NameServer] = []
    /// Whether the servers in `/etc/resolv.conf` are asked, too (`parse-resolv-conf`).
    public var usesSystemServers = false
    /// How often an unanswered question is repeated (`resolve_retries`).
    public var retries = 3
    /// The time between two questions for one name (`timeout resolve`).
    public var interval: Duration = .seconds(1)
    /// How long to wait for an answer before asking again (`timeout retry`).
    public var retryTimeout: Duration = .seconds(1)
    /// The largest answer in bytes (`accepted_payload_size`, 512 to 65535).
    public var acceptedPayload = 512
    /// How long the last good address is kept.
    public var hold = Hold()
    /// Where the section begins.
    public var location: SourceLocation

    /// Makes a section with HAProxy's defaults.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - location: where it begins.
    public init(name: String, location: SourceLocation) {
        self.name = name
        self.location = location
    }
}

/// How a server's name becomes its address (`init-addr`, `resolvers`, `resolve-prefer`).
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2.
public struct NameResolutionConfiguration: Sendable, Hashable {
    /// One way to a server's first address (`init-addr`); the first one that gives an address ends the search.
    public enum InitialAddress: Sendable, Hashable {
        /// The last address known.
        case last
        /// The system's answer.
        case system
        /// None: the server stays down until its name is resolved.
        case none
        /// A fixed IP address, without brackets.
        case ip(String)
    }

    /// Which kind of address is taken when there are both.
    public enum Preference: String, Sendable, CaseIterable {
        case ipv4, ipv6
    }

    /// An IPv4 or IPv6 network.
    public struct Network: Sendable, Hashable {
        /// An address in it.
        public var address: String
        /// How many of its first bits count.
        public var bits: Int

        /// Makes a network.
        ///
        /// - Parameters:
        ///   - address: an address in it.
        ///   - bits: how many of its first bits count.
        public init(address: String, bits: Int) {
            self.address = address
            self.bits = bits
        }
    }

    /// The ways to the first address, in order.
    ///
    /// Whatever is said here, a name that has no address leaves its server down and keeps nothing else from starting.
    public var initialAddress: [InitialAddress] = [.last, .system]
    /// The name of the `resolvers` section that is asked while running; the system is asked when `nil`.
    public var resolvers: String?
    /// Which kind of address is taken when there are both.
    public var preference = Preference.ipv6
    /// The networks whose addresses go before the others (`resolve-net`).
    public var networks: [Network] = []
    /// Whether servers of a backend may have the same address (`resolve-opts allow-dup-ip`).
    public var allowsDuplicates = false
    /// Whether the weights of services are left alone (`resolve-opts ignore-weight`).
    public var ignoresWeights = false

    /// Makes HAProxy's default.
    public init() {}
}
