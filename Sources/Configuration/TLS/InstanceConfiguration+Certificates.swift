import Model
import TLS

/// The files of certificates and authorities that an instance has loaded, and other certificates in their place.
extension InstanceConfiguration {
    /// The certificates in use, each path once, in the order of the paths; of those that clients meet, and of those that
    /// servers are shown.
    public var loadedCertificates: [Certificate] {
        var known: [String: Certificate] = [:]
        for certificate in shownCertificates { known[certificate.path] = certificate }
        return known.values.sorted { $0.path < $1.path }
    }

    /// How often the certificate of a path is used.
    ///
    /// - Parameter path: the path.
    /// - Returns: the number of addresses and servers.
    public func uses(ofCertificate path: String) -> Int { shownCertificates.count { $0.path == path } }

    private var shownCertificates: [Certificate] {
        proxies.flatMap { proxy in
            proxy.binds.flatMap { $0.tls?.entries.map(\.certificate) ?? [] }
                + proxy.presentServers.compactMap { ($0.tls ?? $0.switchableTLS)?.connector.certificate }
        }
    }

    /// The files of authorities that peers' certificates are verified with, each path once, in the order of the paths.
    public var loadedAuthorities: [PEMFile] {
        var known: [String: PEMFile] = [:]
        for file in tlsSettings.flatMap({ $0.authorities + $0.silentAuthorities }) { known[file.path] = file }
        return known.values.sorted { $0.path < $1.path }
    }

    /// Shows another certificate wherever that of a path is shown.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - text: the certificate, its key and what belongs to it.
    /// - Returns: what runs then.
    /// - Throws: what is wrong with it.
    public func replacing(_ path: String, by text: CertificateText) throws(ActRefusal) -> InstanceConfiguration {
        do throws(TLSError) {
            return try replacing(path, text)
        } catch {
            throw .invalid("\(error).\n")
        }
    }

    /// The same, for those who have more to do.
    func replacing(_ path: String, _ text: CertificateText) throws(TLSError) -> InstanceConfiguration {
        let certificate = try Certificate(text, at: path)
        if let trouble = certificate.statusTrouble, text.response?.isEmpty == false { throw TLSError(trouble) }
        var next = self
        for proxy in proxies.indices {
            for bind in proxies[proxy].binds.indices {
                next.proxies[proxy].binds[bind].tls = try proxies[proxy].binds[bind].tls?.showing(certificate)
            }
            for place in proxies[proxy].servers.indices {
                let server = proxies[proxy].servers[place]
                next.proxies[proxy].servers[place].tls = try server.tls?.showing(certificate)
                next.proxies[proxy].servers[place].switchableTLS = try server.switchableTLS?.showing(certificate)
                if let check = server.check?.tls {
                    next.proxies[proxy].servers[place].check?.tls = try check.showing(certificate)
                }
            }
        }
        return next
    }
}

extension TLSListener {
    /// A listener with another certificate in the place of that of its path; this one where it doesn't show that.
    fileprivate func showing(_ certificate: Certificate) throws(TLSError) -> TLSListener {
        guard entries.contains(where: { $0.certificate.path == certificate.path }) else { return self }
        let entries = entries.map { entry in
            guard entry.certificate.path == certificate.path else { return entry }
            return Entry(certificate, names: entry.names, settings: entry.settings, origin: entry.origin)
        }
        return try TLSListener(settings, entries: entries, isStrict: isStrict, place: place)
    }
}

extension ServerTLSConfiguration {
    /// The same for a server's connections.
    fileprivate func showing(_ certificate: Certificate) throws(TLSError) -> ServerTLSConfiguration {
        guard connector.certificate?.path == certificate.path else { return self }
        var changed = self
        changed.connector = try TLSConnector(
            connector.settings, certificate: certificate, verifiedName: connector.verifiedName)
        return changed
    }
}
