import Model
import TLS

/// Lists and folders of certificates, and how commands change what they have.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show|add|del ssl crt-list`; texts recorded from 2.6.12.
extension InstanceConfiguration {
    /// The lists and folders that listeners have certificates from, in the order of their paths.
    public var certificateLists: [String] {
        let lists = Set(proxies.flatMap { $0.binds.flatMap { $0.tls?.entries.compactMap(\.origin?.list) ?? [] } })
        return lists.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// What a list or folder has, in the order of its lines; `nil` where there is none of that path.
    ///
    /// - Parameter list: its path.
    /// - Returns: what each line says; listeners that share it have the same.
    public func entries(ofCertificateList list: String) -> [TLSListener.Entry]? {
        for proxy in proxies {
            for bind in proxy.binds {
                let found = bind.tls?.entries.filter { $0.origin?.list == list } ?? []
                if !found.isEmpty { return found.sorted { ($0.origin?.line ?? 0) < ($1.origin?.line ?? 0) } }
            }
        }
        return nil
    }

    /// How many addresses have a list's certificates.
    ///
    /// - Parameter list: its path.
    /// - Returns: the number.
    public func uses(ofCertificateList list: String) -> Int {
        proxies.reduce(0) { sum, proxy in
            sum + proxy.binds.count { $0.tls?.entries.contains { $0.origin?.list == list } ?? false }
        }
    }

    /// Adds a line to a list or folder.
    ///
    /// - Parameters:
    ///   - line: a certificate's path, in brackets its own settings, and the names that get it.
    ///   - list: the path of the list or folder.
    ///   - certificate: the certificate, its key and what belongs to it.
    ///   - files: files that the line may name and that are read nowhere, by their paths.
    /// - Returns: what runs then.
    /// - Throws: what is wrong with the line or the certificate.
    public func adding(
        _ line: String, toCertificateList list: String, _ certificate: CertificateText, files: [String: [UInt8]] = [:]
    ) throws(ActRefusal) -> InstanceConfiguration {
        let last = entries(ofCertificateList: list)?.last?.origin
        let number = last.map { $0.isFolder ? 0 : $0.line + 1 } ?? 0
        var next = self
        for proxy in proxies.indices {
            for bind in proxies[proxy].binds.indices {
                guard let listener = proxies[proxy].binds[bind].tls,
                    listener.entries.contains(where: { $0.origin?.list == list })
                else { continue }
                var entry = try entry(line, of: listener, certificate, files)
                entry.origin?.list = list
                entry.origin?.line = number
                next.proxies[proxy].binds[bind].tls = try listener.having(listener.entries + [entry])
            }
        }
        return next
    }

    /// Takes a line out of a list or folder.
    ///
    /// - Parameters:
    ///   - path: the certificate's path.
    ///   - line: the line's number, 0 in a folder.
    ///   - list: the path of the list or folder.
    /// - Returns: what runs then.
    /// - Throws: that clients without a name get this certificate.
    public func removing(
        _ path: String, line: Int, fromCertificateList list: String
    ) throws(ActRefusal) -> InstanceConfiguration {
        func isMeant(_ entry: TLSListener.Entry) -> Bool {
            entry.certificate.path == path && entry.origin?.list == list && entry.origin?.line == line
        }
        let listeners = proxies.flatMap { $0.binds.compactMap(\.tls) }
        let defaults = listeners.filter { $0.entries.first.map(isMeant) ?? false }
        guard defaults.isEmpty else {
            throw .invalid(
                "certificate '\(path)' cannot be deleted, it is used as default certificate by the following frontends:\n"
                    + defaults.map { "\t- \($0.place)\n" }.joined())
        }
        var next = self
        for proxy in proxies.indices {
            for bind in proxies[proxy].binds.indices {
                guard let listener = proxies[proxy].binds[bind].tls, listener.entries.contains(where: isMeant) else {
                    continue
                }
                next.proxies[proxy].binds[bind].tls = try listener.having(listener.entries.filter { !isMeant($0) })
            }
        }
        return next
    }

    private func entry(
        _ line: String, of listener: TLSListener, _ certificate: CertificateText, _ files: [String: [UInt8]]
    ) throws(ActRefusal) -> TLSListener.Entry {
        var base = TLSDraft()
        base.settings = listener.settings
        base.verification = listener.settings.verification
        let file = PEMFile(path: "CLI", contents: Array(line.utf8))
        do throws(Diagnostic) {
            guard let said = try CertificateList(file, base: base).entries.first else {
                throw Self.wrong("no certificate is named")
            }
            let settings = try said.draft.map { draft throws(Diagnostic) in
                try TLSLoader(defaults: tlsDefaults, known: knownFiles(and: files)).settings(draft)
            }
            let shown = try Self.certificate(said.path.text, certificate)
            return TLSListener.Entry(shown, names: said.names, settings: settings, origin: said.origin(in: ""))
        } catch {
            let unknown = error.message.wholeMatch(of: #/unknown setting of a certificate '(.*)'/#)
            throw .invalid("parsing [CLI:1]: \(unknown.map { "unknown ssl keyword \($0.1)" } ?? error.message)\n")
        }
    }

    /// Files that are loaded, and others.
    private func knownFiles(and files: [String: [UInt8]]) -> [String: PEMFile] {
        var known = files.reduce(into: [:]) { $0[$1.key] = PEMFile(path: $1.key, contents: $1.value) }
        for file in loadedAuthorities + loadedRevocations { known[file.path] = file }
        return known
    }

    private static func certificate(_ path: String, _ text: CertificateText) throws(Diagnostic) -> Certificate {
        do throws(TLSError) {
            return try Certificate(text, at: path)
        } catch {
            throw wrong(error.description)
        }
    }

    private static func wrong(_ what: String) -> Diagnostic {
        Diagnostic(severity: .error, location: SourceLocation(file: "CLI", line: 1, column: 1), message: what)
    }
}

extension TLSListener {
    /// The listener with other certificates.
    fileprivate func having(_ entries: [Entry]) throws(ActRefusal) -> TLSListener {
        do throws(TLSError) {
            return try TLSListener(settings, entries: entries, isStrict: isStrict, place: place)
        } catch {
            throw .invalid("\(error).\n")
        }
    }
}
