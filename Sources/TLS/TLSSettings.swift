/// What a line says about TLS, as far as clients' and servers' connections have it in common.
public struct TLSSettings: Sendable, Hashable {
    /// Whether the peer has to show a certificate that an authority has signed.
    public enum Verification: Sendable, Hashable {
        /// Whoever it is.
        case none
        /// A certificate that is shown has to be right.
        case optional
        /// There has to be one.
        case required
    }

    /// Errors of certificates that are overlooked.
    public enum IgnoredErrors: Sendable, Hashable {
        /// By OpenSSL's number (`X509_V_ERR_…`).
        case some(Set<Int>)
        case all
    }

    /// The versions that are spoken.
    public var versions = TLSVersions()
    /// The ciphers up to TLS 1.2, as OpenSSL writes them; its own choice when `nil`.
    public var ciphers: String?
    /// The ciphers from TLS 1.3 on.
    public var ciphersuites: String?
    /// The elliptic curves.
    public var curves: String?
    /// The protocols that ALPN offers or accepts, in order.
    public var protocols: [String] = []
    /// Whether sessions can be resumed by tickets.
    public var usesTickets = true
    /// The keys of tickets; made anew at each start when `nil`.
    public var ticketKeys: TicketKeys?
    /// Whether the client's order of ciphers decides, and not the server's.
    public var prefersClientCiphers = false
    /// What the peer has to show.
    public var verification = Verification.none
    /// The authorities whose signatures count, in PEM.
    public var authorities: [PEMFile] = []
    /// Whether those that the system trusts count as well (`@system-ca`).
    public var usesSystemAuthorities = false
    /// Whether clients are told the authorities.
    public var announcesAuthorities = true
    /// Authorities that count and are not told (`ca-verify-file`), in PEM.
    public var silentAuthorities: [PEMFile] = []
    /// Certificates that count no more, in PEM.
    public var revocations: [PEMFile] = []
    /// What is overlooked of the authorities (`ca-ignore-err`).
    public var ignoredErrorsOfAuthorities = IgnoredErrors.some([])
    /// What is overlooked of the peer's own certificate (`crt-ignore-err`).
    public var ignoredErrorsOfPeer = IgnoredErrors.some([])
    /// Parameters for Diffie-Hellman key exchange, in PEM.
    public var parameters: PEMFile?

    /// Makes settings as they are where nothing is said.
    public init() {}
}

/// A file with certificates or keys: its name, for messages, and its contents.
public struct PEMFile: Sendable, Hashable {
    /// Its path.
    public var path: String
    /// What is in it.
    public var contents: [UInt8]

    /// Makes a file.
    ///
    /// - Parameters:
    ///   - path: its path.
    ///   - contents: what is in it.
    public init(path: String, contents: [UInt8]) {
        self.path = path
        self.contents = contents
    }
}

/// Settings or a certificate that can't be used.
public struct TLSError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with what, in one sentence without a full stop.
    public var description: String

    /// Makes an error.
    ///
    /// - Parameter description: what is wrong with what.
    public init(_ description: String) { self.description = description }
}
