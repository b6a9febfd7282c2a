/// A sample with the converters after it, as `%[src,ipmask(24)]` has them: compiled, nothing left to interpret.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.
public struct SampleExpression: Sendable, Hashable {
    /// A value that is known when the configuration is read, or that a converter has made.
    public enum Constant: Sendable, Hashable {
        /// Nothing, as of a variable that is not set.
        case none
        case integer(Int64)
        case boolean(Bool)
        case text(String)
        case bytes([UInt8])
        /// An IP address.
        case address(String)
    }

    /// Where the value comes from.
    public enum Fetch: Sendable, Hashable {
        case constant(Constant)
        case source, sourcePort, isSourceLocal
        case destination, destinationPort, isDestinationLocal
        case backendSource, backendSourcePort
        case serverAddress, serverPort
        case frontendName, frontendID, frontendConnections
        case backendName, backendID, backendConnections
        case serverName, serverID
        case listenerName, listenerID
        case bytesIn, bytesOut
        /// The time of the line, moved by so many seconds, in so many units a second (1, 1,000 or 1,000,000).
        case date(offsetSeconds: Int64, unitsPerSecond: Int64)
        /// The microseconds within the second.
        case dateMicroseconds
        /// A number from 0 to below the bound.
        case random(bound: UInt32)
        case processID
        case uniqueID
        /// A random identifier, version 4.
        case uuid
        /// What is known of the client's TLS.
        case tls(TLSProperty)
        /// What is known of the TLS of either side, and of certificates.
        case security(TLSSample)
        /// A proxy's or a server's present state.
        case live(LiveSample)
        /// What the client has sent so far; for rules.
        case content(ContentSample)
        /// What the server has answered so far; for rules.
        case answer(ContentSample)
        /// What a stick table counts.
        case table(TableSample)
        /// A number of an array that a stick table keeps; for rules.
        case array(ArraySample)
        /// What is known of the session's connections; for rules.
        case connection(ConnectionSample)
        /// What the kernel knows of the client's connection, its times in milliseconds or microseconds; for rules.
        case kernel(KernelSample, isInMicroseconds: Bool)
        /// What a rule has set.
        case variable(SessionVariable)
    }

    /// What can be known of a client's TLS; the raw value is the sample's name.
    public enum TLSProperty: String, Sendable, Hashable, CaseIterable {
        /// Whether it has any.
        case isUsed = "ssl_fc"
        case version = "ssl_fc_protocol"
        case cipher = "ssl_fc_cipher"
        case serverName = "ssl_fc_sni"
        case hasServerName = "ssl_fc_has_sni"
        case negotiatedProtocol = "ssl_fc_alpn"
        case isResumed = "ssl_fc_is_resumed"
    }

    /// What changes a value; a value of a wrong type becomes none.
    public enum Converter: Sendable, Hashable {
        /// Arithmetic on integers with a constant.
        case arithmetic(Arithmetic, Int64)
        /// `neg`, `cpl`, `not`, `bool`, `even`, `odd`.
        case logic(Logic)
        case upper, lower, length, hex, base64
        /// `bytes(offset,length)`; to the end without a length.
        case bytes(offset: Int, length: Int?)
        /// `field(n,delimiters)`, counted from 1, from the end if negative.
        case field(Int, delimiters: String)
        /// `word(n,delimiters)`: as `field`, but delimiters in a row count once.
        case word(Int, delimiters: String)
        /// `ipmask(n[,m])`: the first bits of an IPv4 and of an IPv6 address.
        case mask(ipv4: Int, ipv6: Int?)
        /// `ltime` and `utime`: a date from seconds, as strftime(3) writes it.
        case time(format: String, offsetSeconds: Int64, isLocal: Bool)
        /// Arithmetic on integers with a variable.
        case arithmeticWith(Arithmetic, SessionVariable)
        /// A hash of the bytes: with a number to begin with, or mixed once more if that is not 0.
        case hash(Hash, Int64)
        /// `sha1`, `sha2`, `digest`: by OpenSSL's name.
        case digest(String)
        /// `hmac`
        case authentication(digest: String, key: Key)
        case codec(Codec)
        case change(TextChange)
        /// What takes more than a value to know; for rules.
        case outside(OutsideConverter)
    }

    /// The operations that `arithmetic` knows.
    public enum Arithmetic: String, Sendable, Hashable, CaseIterable {
        case add, sub, mul, div, mod, and, or, xor
    }

    /// The operations that `logic` knows.
    public enum Logic: String, Sendable, Hashable, CaseIterable {
        case neg, cpl, not, bool, even, odd
    }

    /// Where the value comes from.
    public var fetch: Fetch
    /// What changes it, in order.
    public var converters: [Converter]

    /// What kind of value it has, where it has one.
    public var kind: Kind { converters.reversed().lazy.compactMap(\.kind).first ?? fetch.kind }

    /// Makes an expression.
    ///
    /// - Parameters:
    ///   - fetch: where the value comes from.
    ///   - converters: what changes it, in order.
    public init(_ fetch: Fetch, converters: [Converter] = []) {
        self.fetch = fetch
        self.converters = converters
    }
}

extension SampleExpression {
    /// The kinds of values.
    public enum Kind: Sendable, Hashable {
        case boolean, integer, address, text, binary
    }
}

extension SampleExpression.Fetch {
    fileprivate var kind: SampleExpression.Kind {
        switch self {
        case .connection(let sample): sample.kind
        case .constant(.boolean), .isSourceLocal, .isDestinationLocal, .live(.server(.isUp, _, _)),
            .tls(.isUsed), .tls(.hasServerName), .tls(.isResumed):
            .boolean
        case .table(let sample): sample.quantity == .isTracked ? .boolean : .integer
        case .constant(.integer), .sourcePort, .destinationPort, .backendSourcePort, .serverPort, .frontendID,
            .frontendConnections, .backendID, .backendConnections, .serverID, .listenerID, .bytesIn, .bytesOut, .date,
            .dateMicroseconds, .random, .processID, .live, .array, .kernel:
            .integer
        case .source, .destination, .backendSource, .serverAddress, .constant(.address): .address
        case .constant(.bytes): .binary
        case .constant(.none), .constant(.text), .frontendName, .backendName, .serverName, .listenerName, .uniqueID,
            .uuid, .tls, .variable:
            .text
        case .content(let sample), .answer(let sample): sample.kind
        case .security(let sample): sample.kind
        }
    }
}

extension ContentSample {
    fileprivate var kind: SampleExpression.Kind {
        switch self {
        case .waitEnd: .boolean
        case .length, .tlsHelloType, .tlsVersion: .integer
        case .tlsServerName: .text
        case .payload, .counted: .binary
        }
    }
}

extension SampleExpression.Converter {
    /// What kind of value it makes; `nil` where the value stays as it is.
    fileprivate var kind: SampleExpression.Kind? {
        switch self {
        case .arithmeticWith, .hash: .integer
        case .digest, .authentication: .binary
        case .codec(let codec): codec.kind
        case .change(let change): change.kind
        case .outside(let converter): converter.kind
        case .logic(.not), .logic(.bool), .logic(.even), .logic(.odd): .boolean
        case .arithmetic, .logic(.neg), .logic(.cpl), .length: .integer
        case .mask: .address
        case .upper, .lower, .hex, .base64, .field, .word, .time: .text
        case .bytes: .binary
        }
    }
}

extension SampleExpression.Converter {
    /// Whether it takes a variable's value.
    var readsVariable: Bool {
        switch self {
        case .arithmeticWith, .authentication(_, .variable): true
        case .change(.concat(_, .some, _)), .change(.addItem(_, .some, _)), .change(.compare), .change(.isEqual): true
        default: false
        }
    }
}
