/// What a check says to a server and what it wants to hear, step by step: compiled, nothing left to interpret.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `tcp-check`, `http-check` and the options whose names end with
///   `check` or `chk`.
public struct CheckPlan: Sendable, Hashable {
    /// Whose words tell of what went wrong.
    public enum Wording: Sendable, Hashable {
        /// `tcp-check`: at which step.
        case steps
        /// `httpchk`: what the answer's first line says.
        case http
        /// A known protocol: what its answer says.
        case answers
    }

    /// One step.
    public struct Step: Sendable, Hashable {
        /// Its number in messages: counted from 1, with the lines that are comments; 0 for a connection that no line asks for.
        public var number: Int
        /// What its line or a line before it says about it.
        public var comment: String?
        /// What is done.
        public var action: Action

        /// Makes a step.
        ///
        /// - Parameters:
        ///   - number: its number in messages.
        ///   - comment: what is said about it.
        ///   - action: what is done.
        public init(number: Int, comment: String? = nil, action: Action) {
            self.number = number
            self.comment = comment
            self.action = action
        }
    }

    /// What a step does.
    public enum Action: Sendable, Hashable {
        case connect(Connection)
        case send(CheckText)
        /// A request, with what depends on the server's state.
        case request(CheckRequest)
        case expect(CheckExpectation)
        /// The whole talk with a broker in AMQP, which ends the check.
        case amqp(AMQPCheck)
        /// Gives a variable a value.
        case set(variable: String, CheckText)
        /// Takes a variable its value.
        case unset(variable: String)
    }

    /// A connection of a check.
    public struct Connection: Sendable, Hashable {
        /// Where to, where it is not where the server's checks go.
        public var address: String?
        /// The same.
        public var port: UInt16?
        /// What says the port while the check runs, where `port` doesn't; 0 and what is no number say nothing.
        public var portText: CheckText?
        /// The port that stands with the address, which counts where nothing else of the connection says one.
        public var portOfAddress: UInt16?
        /// Whether it begins with a PROXY protocol header in any case (`send-proxy`).
        public var sendsHeader = false
        /// Whether it is made as the server's line says (`default`).
        public var usesServerDefaults = false
        /// Whether it ends in order, and not by a reset (`linger`).
        public var endsInOrder = false
        /// Whether it goes through the server's SOCKS proxy in any case (`via-socks4`).
        public var goesThroughSOCKS = false
        /// Whether it speaks TLS in any case (`ssl`).
        public var isEncrypted = false
        /// The name that is asked for in TLS; the server's own with `usesServerDefaults`, else none, when `nil`.
        public var serverName: String?
        /// What is offered by ALPN; the server's own when `nil`.
        public var protocols: [String]?

        /// Makes a connection to where the server's checks go.
        public init() {}
    }

    /// Whose words tell of what went wrong.
    public var wording: Wording
    /// The steps in order.
    public var steps: [Step]
    /// Whether status 404 keeps new sessions from a server that is up (`http-check disable-on-404`).
    public var stopsOnNotFound = false
    /// What a server is that passes on a condition (`layer7Conditional`).
    public var conditionalState = OperationalState.stopping
    /// This machine's name, for servers that want to know who checks them.
    public var nodeName = ""

    /// Whether any request tells the server how it is seen.
    public var tellsState: Bool {
        steps.contains { step in
            guard case .request(let request) = step.action else { return false }
            return request.tellsState
        }
    }

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - wording: whose words tell of what went wrong.
    ///   - steps: the steps in order.
    public init(_ wording: Wording, _ steps: [Step]) {
        self.wording = wording
        self.steps = steps
    }
}

/// What a check wants to hear.
public struct CheckExpectation: Sendable, Hashable {
    /// What is looked for.
    public enum Match: Sendable, Hashable {
        /// Bytes as they are; whether the line writes them in hexadecimal digits.
        case bytes([UInt8], isBinary: Bool)
        /// An expression; whether it looks at the bytes' hexadecimal digits.
        case pattern(BytePattern, isBinary: Bool)
        /// What a format makes; whether it makes hexadecimal digits.
        case text(CheckText, isBinary: Bool)
        /// One of these HTTP status codes.
        case status([ClosedRange<Int>])
        /// An HTTP status code's digits.
        case statusPattern(BytePattern)
        /// An HTTP header.
        case header(CheckHeaderMatch)
        /// Bytes in an HTTP body.
        case body([UInt8])
        /// An expression on an HTTP body.
        case bodyPattern(BytePattern)
        /// What a format makes, in an HTTP body.
        case bodyText(CheckText)
        /// What a known protocol's server says, taken apart.
        case answer(CheckAnswer)
    }

    /// What is looked for.
    public var match: Match
    /// Whether it must not be there (`!`).
    public var isNegated = false
    /// Bytes that have to be there before anything is decided (`min-recv`); without it, what is not there yet may come.
    public var leastBytes: Int?
    /// How the check ends that passes with this step (`ok-status`).
    public var successStatus: CheckStatus?
    /// How the check ends that fails here (`error-status`).
    public var errorStatus: CheckStatus?
    /// How the check ends that waits in vain here (`tout-status`).
    public var timeoutStatus: CheckStatus?
    /// What is said when the check passes with this step (`on-success`).
    public var successText: CheckText?
    /// What is said when the check fails here (`on-error`).
    public var errorText: CheckText?
    /// Where the code comes from (`status-code`).
    public var code: CheckText?

    /// Makes an expectation.
    ///
    /// - Parameter match: what is looked for.
    public init(_ match: Match) { self.match = match }
}

/// Protocols whose answers are taken apart, because no expression could.
public enum CheckAnswer: Sendable, Hashable {
    /// MySQL's greeting, which may be the only thing that the check wants to see.
    case mysqlGreeting
    /// MySQL's answer to the login, after the greeting.
    case mysqlLogin
    /// LDAP's answer to a bind.
    case ldapBind
    /// The first frame of an agent of HAProxy's SPOP.
    case spopHello
    /// The line of an agent that says how its server is.
    case agentLine
    /// Anything at all, as long as it is something (`custom`).
    case anything
}

/// A header that an HTTP answer has to have.
public struct CheckHeaderMatch: Sendable, Hashable {
    /// How a name or a value is compared.
    public enum Method: Sendable, Hashable {
        case equal, prefix, suffix, part
        case pattern(BytePattern)
    }

    /// The name, compared without regard to case.
    public var name: [UInt8]
    /// The same where it is known while the check runs alone.
    public var nameText: CheckText?
    /// How it is compared.
    public var nameMethod: Method
    /// The value; any when `nil`.
    public var value: [UInt8]?
    /// The same where it is known while the check runs alone.
    public var valueText: CheckText?
    /// How it is compared.
    public var valueMethod: Method
    /// Whether the value is compared as a whole, and not each part between commas.
    public var isWhole: Bool

    /// Makes a comparison.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - nameMethod: how it is compared.
    ///   - value: the value; any when `nil`.
    ///   - valueMethod: how it is compared.
    ///   - isWhole: whether the value is compared as a whole.
    public init(name: [UInt8], nameMethod: Method, value: [UInt8]?, valueMethod: Method, isWhole: Bool) {
        self.name = name
        self.nameMethod = nameMethod
        self.value = value
        self.valueMethod = valueMethod
        self.isWhole = isWhole
    }
}

/// An HTTP request of a check.
public struct CheckRequest: Sendable, Hashable {
    /// A header.
    public struct Header: Sendable, Hashable {
        /// Its name as it is sent.
        public var name: String
        /// What it says.
        public var value: CheckText

        /// Makes a header.
        ///
        /// - Parameters:
        ///   - name: its name as it is sent.
        ///   - value: what it says.
        public init(_ name: String, _ value: CheckText) {
            self.name = name
            self.value = value
        }
    }

    /// The method.
    public var method: String
    /// What is asked for.
    public var target: CheckText
    /// `HTTP/1.0` and the like.
    public var version: String
    /// The headers in order.
    public var headers: [Header] = []
    /// The body, if any.
    public var body: CheckText?
    /// Whether the server learns how it is seen (`http-check send-state`).
    public var tellsState = false

    /// Makes a request without headers.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - target: what is asked for.
    ///   - version: the version.
    public init(method: String = "OPTIONS", target: CheckText = "/", version: String = "HTTP/1.0") {
        self.method = method
        self.target = target
        self.version = version
    }
}
