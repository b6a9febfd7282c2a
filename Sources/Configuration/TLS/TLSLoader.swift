import TLS

/// Loads what a line says about TLS: certificates, keys and authorities, so that a wrong one is found with the file.
struct TLSLoader {
    /// What `global` says.
    let defaults: TLSDefaults
    /// Files with authorities or with lists of revoked certificates that are not read again, by their paths.
    var known: [String: PEMFile] = [:]

    /// What clients of a `bind` line meet.
    ///
    /// - Parameters:
    ///   - draft: what the line says.
    ///   - place: the line's address, for messages.
    /// - Returns: `nil` for a line without `ssl`.
    /// - Throws: what is wrong with a file or a setting.
    func listener(_ draft: TLSDraft, place: String) throws(Diagnostic) -> TLSListener? {
        var entries: [TLSListener.Entry] = []
        // As the line has them: the first one of all is for clients without a name.
        let words = draft.certificates.map { (word: $0, isList: false) } + draft.lists.map { (word: $0, isList: true) }
        for (word, isList) in words.sorted(by: { $0.word.location.column < $1.word.location.column }) {
            guard !isList else {
                entries += try self.entries(of: word, draft, place: place)
                continue
            }
            let path = TLSFiles.path(word.text, in: defaults.certificateFolder)
            let found = try attempt(word, Self.certificateHelp) { () throws(TLSError) in
                try TLSFiles.certificates(at: path)
            }
            let folder = Self.withoutSlash(path)
            entries += found.map { certificate in
                let isInside = certificate.path.hasPrefix(folder + "/")
                return TLSListener.Entry(
                    certificate, origin: isInside ? CertificateOrigin(list: folder, line: 0) : nil)
            }
        }
        guard let ssl = draft.ssl else { return nil }
        guard !entries.isEmpty else {
            throw ssl.error("no SSL certificate specified for bind '\(place)'", help: "add one, such as 'crt site.pem'")
        }
        let settings = try listenerSettings(draft, place: place)
        return try attempt(draft.firstFile ?? ssl, "change the line's settings, or the certificate") {
            () throws(TLSError) in
            try TLSListener(
                settings, entries: entries, isStrict: draft.isStrict, place: "\(ssl.location.file):\(ssl.location.line)"
            )
        }
    }

    /// What a line of a certificate list says that a command adds to a listener.
    ///
    /// - Parameter draft: what its brackets say, on top of the listener's own settings.
    /// - Returns: the settings.
    /// - Throws: what is wrong with a file.
    func settings(_ draft: TLSDraft) throws(Diagnostic) -> TLSSettings {
        var settings = draft.settings
        try loadAuthorities(draft, &settings)
        return settings
    }

    /// How a server is connected to.
    ///
    /// - Parameters:
    ///   - draft: what the line says.
    ///   - server: the server's name, for messages.
    ///   - isCheck: whether it is for checks.
    /// - Returns: how.
    /// - Throws: what is wrong with a file or a setting.
    func connector(_ draft: TLSDraft, server: Word, isCheck: Bool) throws(Diagnostic) -> TLSConnector {
        var draft = draft
        let usual: TLSSettings.Verification = defaults.verifiesServers ? .required : .none
        draft.verification = draft.verification ?? usual
        var settings = merged(draft.settings, over: defaults.servers)
        if isCheck { settings.protocols = draft.checkProtocols ?? settings.protocols }
        try loadAuthorities(draft, &settings)
        if settings.verification == .required, settings.authorities.isEmpty, !settings.usesSystemAuthorities {
            let said = draft.verificationWord
            throw (said ?? draft.ssl ?? server).error(
                "verify is enabled\(said == nil ? " by default" : "") for server '\(server.text)', but no CA file is specified",
                help: "add 'ca-file FILE', or 'verify none' to trust whoever answers")
        }
        var certificate: Certificate?
        if let word = draft.certificates.last {
            let path = TLSFiles.path(word.text, in: defaults.certificateFolder)
            let found = try attempt(word, Self.certificateHelp) { () throws(TLSError) in
                try TLSFiles.certificates(at: path)
            }
            certificate = found.first
        }
        return try attempt(draft.ssl ?? server, "change the line's settings") { () throws(TLSError) in
            try TLSConnector(settings, certificate: certificate, verifiedName: draft.verifiedName)
        }
    }

    /// Looks at the files that a server's line names without speaking TLS.
    ///
    /// - Parameter draft: what the line says.
    /// - Throws: what is wrong with one.
    func check(_ draft: TLSDraft) throws(Diagnostic) {
        var settings = TLSSettings()
        try loadAuthorities(draft, &settings)
    }

    // MARK: Parts

    private static func withoutSlash(_ path: String) -> String {
        var path = Substring(path)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    private static let certificateHelp = "check the path, its permissions and 'crt-base'"

    private func listenerSettings(_ draft: TLSDraft, place: String) throws(Diagnostic) -> TLSSettings {
        var settings = merged(draft.settings, over: defaults.binds)
        if let word = draft.ticketKeys {
            let help =
                "write at least \(TicketKeys.count) lines, each what 'openssl rand -base64 80' prints, in one line"
            settings.ticketKeys = try attempt(word, help) { () throws(TLSError) in try TicketKeysFile.read(word.text) }
        }
        try loadAuthorities(draft, &settings)
        let hasAuthorities =
            !settings.authorities.isEmpty || !settings.silentAuthorities.isEmpty || settings.usesSystemAuthorities
        if settings.verification != .none, !hasAuthorities, let word = draft.verificationWord {
            throw word.error(
                "verify is enabled, but no CA file is specified for bind '\(place)'", help: "add 'ca-file FILE'")
        }
        return settings
    }

    private func entries(
        of word: Word, _ draft: TLSDraft, place: String
    ) throws(Diagnostic) -> [TLSListener.Entry] {
        let file = try attempt(word, Self.certificateHelp) { () throws(TLSError) in try TLSFiles.read(word.text) }
        var entries: [TLSListener.Entry] = []
        for line in try CertificateList(file, base: draft).entries {
            let path = TLSFiles.path(line.path.text, in: defaults.certificateFolder)
            let certificates = try attempt(line.path, Self.certificateHelp) { () throws(TLSError) in
                try TLSFiles.certificates(at: path)
            }
            var settings: TLSSettings?
            if let own = line.draft { settings = try listenerSettings(own, place: place) }
            let origin = line.origin(in: Self.withoutSlash(word.text))
            entries += certificates.map {
                TLSListener.Entry($0, names: line.names, settings: settings, origin: origin)
            }
        }
        return entries
    }

    private func loadAuthorities(_ draft: TLSDraft, _ settings: inout TLSSettings) throws(Diagnostic) {
        settings.verification = draft.verification ?? .none
        let help = "check the path, its permissions and 'ca-base'"
        if let word = draft.authorities {
            if word.text == "@system-ca" {
                settings.usesSystemAuthorities = true
            } else {
                settings.authorities = try files(word, help)
            }
        }
        if let word = draft.silentAuthorities { settings.silentAuthorities = try files(word, help) }
        if let word = draft.revocations { settings.revocations = try files(word, help) }
    }

    private func files(_ word: Word, _ help: String) throws(Diagnostic) -> [PEMFile] {
        if let file = known[word.text] { return [file] }
        let path = TLSFiles.path(word.text, in: defaults.authorityFolder)
        if let file = known[path] { return [file] }
        return try attempt(word, help) { () throws(TLSError) in try TLSFiles.authorities(at: path) }
    }

    /// A line's settings, and where it says nothing those of `global`.
    private func merged(_ own: TLSSettings, over base: TLSSettings) -> TLSSettings {
        var settings = own
        if own.versions == TLSVersions() { settings.versions = base.versions }
        settings.ciphers = own.ciphers ?? base.ciphers
        settings.ciphersuites = own.ciphersuites ?? base.ciphersuites
        settings.curves = own.curves ?? base.curves
        settings.usesTickets = own.usesTickets && base.usesTickets
        settings.prefersClientCiphers = own.prefersClientCiphers || base.prefersClientCiphers
        settings.parameters = base.parameters
        return settings
    }

    private func attempt<Value>(
        _ word: Word, _ help: String, _ body: () throws(TLSError) -> Value
    ) throws(Diagnostic) -> Value {
        do {
            return try body()
        } catch {
            throw word.error(error.description, help: help)
        }
    }
}
