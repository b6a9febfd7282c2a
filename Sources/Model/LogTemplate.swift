/// What a `log-format` string was compiled to: the parts of a line, in order, with nothing left to interpret.
///
/// - Source: HAProxy 2.6 configuration manual, section 8.2.6.
public struct LogTemplate: Sendable, Hashable {
    /// How a variable or a sample is written.
    public struct Flags: OptionSet, Sendable, Hashable {
        /// Its bits.
        public let rawValue: UInt8

        /// Makes a set.
        ///
        /// - Parameter rawValue: its bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `Q`: texts in quotation marks.
        public static let quoted = Flags(rawValue: 1)
        /// `X`: addresses, ports and some numbers in hexadecimal digits.
        public static let hexadecimal = Flags(rawValue: 2)
        /// `E`: a backslash before `"`, `\` and `]` in texts.
        public static let escaped = Flags(rawValue: 4)
    }

    /// One part of a line.
    public enum Part: Sendable, Hashable {
        /// A text as it is.
        case text(String)
        /// One blank, left out at the line's beginning and after another one.
        case blank
        /// What is known of the session.
        case variable(LogVariable, Flags)
        /// `%[…]`.
        case sample(SampleExpression, Flags)
    }

    /// What has to be looked up for a line before it can be written.
    public struct Needs: OptionSet, Sendable, Hashable {
        /// Its bits.
        public let rawValue: UInt16

        /// Makes a set.
        ///
        /// - Parameter rawValue: its bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// The address that the client connected to.
        public static let destination = Needs(rawValue: 1)
        /// The address that the server was connected to from.
        public static let source = Needs(rawValue: 2)
        /// The session's number.
        public static let sessionNumber = Needs(rawValue: 4)
        /// How long the client took to say who it is (`accept-proxy`).
        public static let handshake = Needs(rawValue: 16)
        /// The id that `unique-id-format` makes.
        public static let uniqueID = Needs(rawValue: 8)
        /// What was agreed on in the client's TLS handshake.
        public static let encryption = Needs(rawValue: 32)
        /// What rules have set.
        public static let variables = Needs(rawValue: 64)
        /// What a `TLSSample` tells of either side.
        public static let security = Needs(rawValue: 128)
        /// The present state of proxies and servers, and what stick tables count.
        public static let state = Needs(rawValue: 256)
    }

    /// The parts in order.
    public let parts: [Part]
    /// What has to be looked up for a line.
    public let needs: Needs
    /// What it asks of the session's TLS while that is there.
    public let securitySamples: [TLSSample]
    /// The samples of proxies, servers and tables.
    public var stateSamples: [SampleExpression.Fetch] {
        parts.compactMap { part in
            guard case .sample(let sample, _) = part, sample.fetch.needs.contains(.state) else { return nil }
            return sample.fetch
        }
    }
    /// Whether a line has to wait for the session's end; if not, it is written once the server is connected.
    public let waitsForEnd: Bool

    /// Makes a template.
    ///
    /// - Parameter parts: the parts in order.
    public init(_ parts: [Part]) {
        self.parts = parts
        var needs: Needs = []
        var waitsForEnd = false
        var samples: [TLSSample] = []
        for part in parts {
            switch part {
            case .text, .blank: continue
            case .variable(let variable, _):
                waitsForEnd = waitsForEnd || variable.isKnownAtEnd
                needs.formUnion(variable.needs)
            case .sample(let sample, _):
                needs.formUnion(sample.fetch.needs)
                if case .security(let asked) = sample.fetch { samples.append(asked) }
                if sample.converters.contains(where: \.readsVariable) { needs.formUnion(.variables) }
            }
        }
        securitySamples = samples
        self.needs = needs
        self.waitsForEnd = waitsForEnd
    }
}

extension LogVariable {
    fileprivate var needs: LogTemplate.Needs {
        switch self {
        case .frontendAddress, .frontendPort: .destination
        case .backendAddress, .backendPort: .source
        case .sessionCounter: .sessionNumber
        case .handshakeTime: .handshake
        case .uniqueID: .uniqueID
        case .tlsCiphers, .tlsVersion: .encryption
        default: []
        }
    }
}

extension SampleExpression.Fetch {
    fileprivate var needs: LogTemplate.Needs {
        switch self {
        case .destination, .destinationPort, .isDestinationLocal: .destination
        case .backendSource, .backendSourcePort: .source
        case .uniqueID: .uniqueID
        case .tls: .encryption
        case .security: .security
        case .variable: .variables
        case .live, .table: .state
        default: []
        }
    }
}
