import Model
import TLS

/// Reads what `bind` and `server` lines say about TLS.
///
/// - Source: HAProxy 2.6 configuration manual, sections 5.1 and 5.2.
enum TLSKeywords {
    /// The options that both lines have.
    static func common<Subject: TLSSubject>() -> [Keyword<Subject>] {
        files() + versions() + lists() + withoutEffect()
    }

    /// The options of `bind` lines.
    static let binds: [Keyword<BindOptions>] =
        common() + [
            Keyword("ca-ignore-err") { (options, arguments) throws(Diagnostic) in
                options.tls.settings.ignoredErrorsOfAuthorities = try ignoredErrors(&arguments)
            },
            Keyword("ca-verify-file") { (options, arguments) throws(Diagnostic) in
                options.tls.silentAuthorities = try arguments.word("a file", example: "ca-verify-file ca.pem")
            },
            Keyword("crt") { (options, arguments) throws(Diagnostic) in
                options.tls.certificates.append(try arguments.word("a file or folder", example: "crt site.pem"))
            },
            Keyword("crt-ignore-err") { (options, arguments) throws(Diagnostic) in
                options.tls.settings.ignoredErrorsOfPeer = try ignoredErrors(&arguments)
            },
            Keyword("crt-list") { (options, arguments) throws(Diagnostic) in
                options.tls.lists.append(try arguments.word("a file", example: "crt-list certificates.txt"))
            },
            Keyword("curves", read: readCurves),
            Keyword("ecdhe", read: readCurves),
            Keyword("no-ca-names") { (options, _) throws(Diagnostic) in
                options.tls.settings.announcesAuthorities = false
            },
            Keyword("prefer-client-ciphers") { (options, _) throws(Diagnostic) in
                options.tls.settings.prefersClientCiphers = true
            },
            Keyword("strict-sni") { (options, _) throws(Diagnostic) in options.tls.isStrict = true },
            Keyword("tls-ticket-keys") { (options, arguments) throws(Diagnostic) in
                options.tls.ticketKeys = try arguments.word("a file", example: "tls-ticket-keys tickets.txt")
            },
            Keyword("verify") { (options, arguments) throws(Diagnostic) in
                options.tls.verification = try verification(&arguments, ["none", "optional", "required"])
                options.tls.verificationWord = arguments.current
            },
        ]
        + [
            ("allow-0rtt", 0, .note, "no data is taken before the handshake"),
            ("ca-sign-file", 1, .note, "certificates are not made here"),
            ("ca-sign-pass", 1, .note, "certificates are not made here"),
            ("generate-certificates", 0, .warning, "certificates are not made here: clients get one that is there"),
        ].map { Keyword(withoutEffect: $0, words: $1, severity: $2, reason: $3) }

    /// The options of `server` lines.
    static let servers: [Keyword<ServerDraft>] =
        common() + [
            Keyword("check-alpn") { (server, arguments) throws(Diagnostic) in
                server.tls.checkProtocols = try protocols(&arguments)
            },
            Keyword("check-sni") { (server, arguments) throws(Diagnostic) in
                server.tls.checkName = try arguments.word("a name", example: "check-sni app.example").text
            },
            Keyword("check-ssl") { (server, _) throws(Diagnostic) in server.tls.isChecked = true },
            Keyword("crt") { (server, arguments) throws(Diagnostic) in
                server.tls.certificates = [try arguments.word("a file", example: "crt client.pem")]
            },
            Keyword("no-check-ssl") { (server, _) throws(Diagnostic) in server.tls.isChecked = false },
            Keyword("no-ssl") { (server, _) throws(Diagnostic) in server.tls.ssl = nil },
            Keyword("no-ssl-reuse") { (server, _) throws(Diagnostic) in server.tls.reusesSessions = false },
            Keyword("no-verifyhost") { (server, _) throws(Diagnostic) in server.tls.verifiedName = nil },
            Keyword("sni", read: readServerName),
            Keyword("ssl-reuse") { (server, _) throws(Diagnostic) in server.tls.reusesSessions = true },
            Keyword("tls-tickets") { (server, _) throws(Diagnostic) in server.tls.settings.usesTickets = true },
            Keyword("verify") { (server, arguments) throws(Diagnostic) in
                server.tls.verification = try verification(&arguments, ["none", "required"])
                server.tls.verificationWord = arguments.current
            },
            Keyword("verifyhost") { (server, arguments) throws(Diagnostic) in
                server.tls.verifiedName = try arguments.word("a name", example: "verifyhost app.example").text
            },
        ]
        + [
            ("allow-0rtt", 0, .note, "no data is sent before the handshake")
        ].map { Keyword(withoutEffect: $0, words: $1, severity: $2, reason: $3) }

    private static func files<Subject: TLSSubject>() -> [Keyword<Subject>] {
        [
            Keyword("ssl") { (subject, arguments) throws(Diagnostic) in subject.tls.ssl = arguments.current },
            Keyword("ca-file") { (subject, arguments) throws(Diagnostic) in
                subject.tls.authorities = try arguments.word("a file", example: "ca-file ca.pem")
            },
            Keyword("crl-file") { (subject, arguments) throws(Diagnostic) in
                subject.tls.revocations = try arguments.word("a file", example: "crl-file revoked.pem")
            },
        ]
    }

    private static func lists<Subject: TLSSubject>() -> [Keyword<Subject>] {
        [
            Keyword("alpn") { (subject, arguments) throws(Diagnostic) in
                subject.tls.settings.protocols = try protocols(&arguments)
            },
            Keyword("ciphers") { (subject, arguments) throws(Diagnostic) in
                subject.tls.settings.ciphers = try arguments.word("a list", example: "ciphers HIGH:!aNULL").text
            },
            Keyword("ciphersuites") { (subject, arguments) throws(Diagnostic) in
                let example = "ciphersuites TLS_AES_256_GCM_SHA384"
                subject.tls.settings.ciphersuites = try arguments.word("a list", example: example).text
            },
            Keyword("no-tls-tickets") { (subject, _) throws(Diagnostic) in subject.tls.settings.usesTickets = false },
        ]
    }

    private static func withoutEffect<Subject: TLSSubject>() -> [Keyword<Subject>] {
        [Keyword(withoutEffect: "npn", words: 1, severity: .note, reason: "TLS has ALPN in its place")]
    }

    // MARK: Versions

    private static func versions<Subject: TLSSubject>() -> [Keyword<Subject>] {
        versionNames.map { name in
            Keyword(name) { (subject, arguments) throws(Diagnostic) in
                try readVersion(&subject.tls.settings.versions, &arguments)
            }
        }
    }

    /// The names of the options about versions.
    static let versionNames: [String] =
        ["ssl-min-ver", "ssl-max-ver"]
        + ["sslv3", "tlsv10", "tlsv11", "tlsv12", "tlsv13"].flatMap { ["no-\($0)", "force-\($0)"] }

    /// Reads an option about versions, which was taken last.
    ///
    /// - Parameters:
    ///   - versions: what is changed.
    ///   - arguments: the line, after the option.
    /// - Throws: what is wrong with it.
    static func readVersion(_ versions: inout TLSVersions, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current.text
        if keyword.hasPrefix("ssl-") {
            let version = try version(&arguments)
            if keyword == "ssl-min-ver" { versions.least = version } else { versions.most = version }
            return
        }
        let short = TLSVersion.allCases.first { keyword.hasSuffix(shortName(of: $0)) }
        guard let version = short else { preconditionFailure("'\(keyword)' is no option about versions") }
        if keyword.hasPrefix("no-") {
            versions.excluded.insert(version)
        } else {
            (versions.least, versions.most) = (version, version)
        }
    }

    /// `tlsv12`.
    private static func shortName(of version: TLSVersion) -> String {
        version.name.lowercased().filter { $0 != "." }
    }

    private static func version(_ arguments: inout Arguments) throws(Diagnostic) -> TLSVersion {
        let keyword = arguments.current.text
        let word = try arguments.word("a version", example: "\(keyword) TLSv1.2")
        guard let version = TLSVersion(name: word.text) else {
            let names = TLSVersion.allCases.map(\.name)
            throw word.error(
                "unknown version '\(word.text)'",
                help: Suggestion.closest(to: word.text, among: names).map { "did you mean '\($0)'?" }
                    ?? "the versions are \(names.joined(separator: ", "))")
        }
        return version
    }

    // MARK: Readers

    private static func readCurves(_ options: inout BindOptions, _ arguments: inout Arguments) throws(Diagnostic) {
        options.tls.settings.curves = try arguments.word("a list", example: "curves X25519:P-256").text
    }

    private static func verification(
        _ arguments: inout Arguments, _ known: [String]
    ) throws(Diagnostic) -> TLSSettings.Verification {
        let word = try arguments.word(known.joined(separator: ", "), example: "verify required")
        guard known.contains(word.text) else {
            throw word.error(
                "unknown argument '\(word.text)' of 'verify'", help: "known are \(known.joined(separator: ", "))")
        }
        switch word.text {
        case "optional": return .optional
        case "required": return .required
        default: return .none
        }
    }

    /// Reads the protocols of ALPN.
    ///
    /// - Parameter arguments: the line, after the keyword.
    /// - Returns: their names.
    /// - Throws: what is wrong with them.
    static func protocols(_ arguments: inout Arguments) throws(Diagnostic) -> [String] {
        let word = try arguments.word("protocols", example: "alpn h2,http/1.1")
        let names = word.text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ (1...255).contains($0.utf8.count) }) else {
            throw word.error("a protocol's name has 1 to 255 characters", help: "write 'alpn h2,http/1.1'")
        }
        return names
    }

    private static func ignoredErrors(_ arguments: inout Arguments) throws(Diagnostic) -> TLSSettings.IgnoredErrors {
        let keyword = arguments.current.text
        let word = try arguments.word("numbers of errors, or 'all'", example: "\(keyword) all")
        if word.text == "all" { return .all }
        var numbers: Set<Int> = []
        for text in word.text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int(text), (1..<128).contains(number) else {
                throw word.error(
                    "'\(text)' is no number of an error", help: "write '\(keyword) all' or '\(keyword) 10,20'")
            }
            numbers.insert(number)
        }
        return .some(numbers)
    }

    /// `sni str(NAME)`, `sni ssl_fc_sni`.
    private static func readServerName(_ server: inout ServerDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a sample", example: "sni str(app.example)")
        if word.text == "ssl_fc_sni" {
            server.tls.serverName = .ofClient
            return
        }
        guard word.text.hasPrefix("str("), word.text.hasSuffix(")"),
            case let name = word.text.dropFirst(4).dropLast(), !name.isEmpty,
            !name.contains(where: { "(),".contains($0) })
        else {
            throw word.error(
                "'\(word.text)' can't be the name that a server is asked for",
                help: "write 'sni str(NAME)', or 'sni ssl_fc_sni' for the name that the client asks for")
        }
        server.tls.serverName = .fixed(name.filter { $0 != "'" })
    }
}
