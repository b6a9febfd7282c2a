import Model

/// What a proxy's lines decide of each connection, compiled: nothing left to look up.
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 (`tcp-request`, `use-server`, `force-persist`) and 7.
public struct RuleSet: Sendable, Equatable {
    /// By which key a connection is counted, and in which table (`track-sc0`).
    public struct Tracking: Sendable, Equatable {
        /// At which of the places.
        public var slot: Int
        /// What the key is.
        public var sample: SampleExpression
        /// The index in `InstanceConfiguration.proxies` of the proxy whose table it is.
        public var table: Int
    }

    /// What a rule can set of a connection's addresses; named as in files.
    public enum AddressPart: String, Sendable {
        case source = "src"
        case sourcePort = "src-port"
        case destination = "dst"
        case destinationPort = "dst-port"

        /// Whether it is the client's.
        public var isSource: Bool { self == .source || self == .sourcePort }
        /// Whether it is a port.
        public var isPort: Bool { self == .sourcePort || self == .destinationPort }
    }

    /// A rule that lets a connection pass, ends it, or has it counted.
    public struct Gate: Sendable, Equatable {
        /// What is done.
        public enum Action: Sendable, Equatable {
            /// No further rule of its list is looked at.
            case accept
            /// The connection ends.
            case reject
            /// The server's connection ends; what it has answered is still passed on.
            case close
            /// The connection ends, and the client is not told, as far as that can be helped.
            case vanish
            /// It begins with a header that says who the client is; the next rule is looked at, as after all that follow.
            case expectHeader
            /// It is tracked.
            case track(Tracking)
            /// A number of the entry that it is tracked by is counted up.
            case count(TableSample)
            /// The tag of the entry that it is tracked by is set.
            case tag(TableSample.Subject, SampleExpression)
            /// A number of an array of that entry is counted up.
            case countElement(ArraySample)
            /// A number of an array of that entry is set.
            case tagElement(ArraySample, SampleExpression)
            /// Where it comes from, or goes to, is set.
            case setAddress(AddressPart, SampleExpression)
            /// A variable is set.
            case setVariable(SessionVariable, SampleExpression)
            /// A variable has no value any more.
            case unsetVariable(SessionVariable)
        }

        /// What is done.
        public var action: Action
        /// When; always when `nil`.
        public var condition: RuleCondition?
    }

    /// Rules about what one side has sent.
    public struct Inspection: Sendable, Equatable {
        /// The rules, of which the first that decides counts.
        public var gates: [Gate] = []
        /// How long may be waited for what they ask for (`inspect-delay`); not at all when `nil`.
        public var delay: Duration?

        /// Whether any of them asks for what was sent.
        public var readsContent: Bool { gates.contains { $0.condition?.readsContent == true } }
    }

    /// A `use-server` line.
    public struct ServerRule: Sendable, Equatable {
        /// The server's index in the proxy.
        public var server: Int
        /// When it is used; always when `nil`.
        public var condition: RuleCondition?
    }

    /// Looked at when a connection has been accepted (`tcp-request connection`).
    public var connection: [Gate] = []
    /// Looked at when the client is known (`tcp-request session`).
    public var session: [Gate] = []
    /// Looked at with what the client sends (`tcp-request content`).
    public var request = Inspection()
    /// Looked at with what the server answers (`tcp-response content`).
    public var answer = Inspection()
    /// The servers that are used before any is chosen (`use-server`).
    public var servers: [ServerRule] = []
    /// When a server that is down is used all the same (`force-persist`).
    public var forcedPersistence: [RuleCondition] = []
    /// Its stick table.
    public var table: StickTableConfiguration?
    /// Which servers are used because a table remembers them, and remembered (`stick`).
    public var sticking: [StickRule] = []

    /// No rules.
    public init() {}

    /// Whether a connection may seem to go elsewhere than to the address that took it.
    public var changesDestination: Bool {
        (connection + session + request.gates).contains { gate in
            switch gate.action {
            case .expectHeader: true
            case .setAddress(let part, _): !part.isSource
            default: false
            }
        }
    }

    /// Whether anything is to be decided once a session is in the backend.
    public var choosesServers: Bool { !servers.isEmpty || !sticking.isEmpty }
}

/// A `use_backend` line that can't be decided before there is a session.
public struct BackendRule: Sendable, Equatable {
    /// When it counts.
    public var condition: RuleCondition
    /// The index in `InstanceConfiguration.proxies` of the backend.
    public var backend: Int
}
