import TLS

/// What the words of a `bind` or `server` line say about TLS, before any file is read.
struct TLSDraft {
    /// Where `ssl` stands; `nil` without it.
    var ssl: Word?
    /// Files and folders with certificates (`crt`), in order.
    var certificates: [Word] = []
    /// Lists of certificates (`crt-list`).
    var lists: [Word] = []
    var authorities: Word?
    var silentAuthorities: Word?
    var revocations: Word?
    /// `nil` when nothing is said of it.
    var verification: TLSSettings.Verification?
    /// Where it is said.
    var verificationWord: Word?
    /// What needs no file.
    var settings = TLSSettings()
    /// The file with the keys of tickets.
    var ticketKeys: Word?
    /// Whether only clients that ask for a known name are served.
    var isStrict = false

    // Of servers alone.

    /// Whether checks speak TLS; as connections do when `nil`.
    var isChecked: Bool?
    /// The name that servers are asked for.
    var serverName: TLSServerName?
    /// The name that checks ask for.
    var checkName: String?
    /// The protocols that checks offer.
    var checkProtocols: [String]?
    var verifiedName: String?
    /// Whether connections go on with sessions of earlier ones.
    var reusesSessions = true

    /// The first word that names a file: what is of no use without `ssl`.
    var firstFile: Word? { certificates.first ?? lists.first }
}

/// What `global` says about TLS for the lines after it.
struct TLSDefaults: Sendable, Equatable {
    /// The folder of certificates with relative paths (`crt-base`).
    var certificateFolder: String?
    /// The folder of authorities and lists of revoked certificates with relative paths (`ca-base`).
    var authorityFolder: String?
    /// What `bind` lines begin with.
    var binds = TLSSettings()
    /// What `server` lines begin with.
    var servers = TLSSettings()
    /// Whether servers have to show a certificate where their lines don't say (`ssl-server-verify`).
    var verifiesServers = true
}

/// A line's options about TLS have somewhere to go.
protocol TLSSubject: Sendable {
    /// What the line says about TLS.
    var tls: TLSDraft { get set }
}
