import Model
import TLS

/// What an instance has loaded for TLS besides certificates, and other files in their place.
extension InstanceConfiguration {
    /// The files with lists of revoked certificates, each path once, in the order of the paths.
    public var loadedRevocations: [PEMFile] {
        var known: [String: PEMFile] = [:]
        for file in tlsSettings.flatMap(\.revocations) { known[file.path] = file }
        return known.values.sorted { $0.path < $1.path }
    }

    /// The keys of session tickets, each file once, in the order of the lines.
    public var loadedTicketKeys: [TicketKeys] {
        var known: [TicketKeys] = []
        for bind in proxies.flatMap(\.binds) {
            guard let keys = bind.tls?.settings.ticketKeys, !known.contains(where: { $0.path == keys.path }) else {
                continue
            }
            known.append(keys)
        }
        return known
    }

    /// The settings of all listeners, of their certificates and of all servers.
    var tlsSettings: [TLSSettings] {
        proxies.flatMap { proxy in
            proxy.binds.flatMap { bind in
                bind.tls.map { [$0.settings] + $0.entries.compactMap(\.settings) } ?? []
            } + proxy.presentServers.compactMap { ($0.tls ?? $0.switchableTLS)?.connector.settings }
        }
    }

    /// How many certificates of listeners and of servers go with a file of authorities or of revoked certificates: those who
    /// show none count for nothing.
    ///
    /// - Parameter path: the file's path.
    /// - Returns: the number.
    public func uses(ofTLSFile path: String) -> Int {
        proxies.reduce(0) { sum, proxy in
            sum
                + proxy.binds.reduce(0) { sum, bind in
                    guard let listener = bind.tls else { return sum }
                    return sum + listener.entries.count { ($0.settings ?? listener.settings).names(path) }
                }
                + proxy.presentServers.count { server in
                    guard let connector = (server.tls ?? server.switchableTLS)?.connector else { return false }
                    return connector.certificate != nil && connector.settings.names(path)
                }
        }
    }

    /// Changes what is loaded.
    ///
    /// - Parameter act: what to change.
    /// - Returns: what runs then.
    /// - Throws: what is wrong with it.
    public func changing(_ act: TLSFileAct) throws(ActRefusal) -> InstanceConfiguration {
        do throws(TLSError) {
            switch act {
            case .replaceAuthorities(let path, let pem):
                return try changing { settings in
                    settings.authorities.replace(PEMFile(path: path, contents: pem))
                    settings.silentAuthorities.replace(PEMFile(path: path, contents: pem))
                }
            case .replaceRevocations(let path, let pem):
                return try changing { $0.revocations.replace(PEMFile(path: path, contents: pem)) }
            case .addTicketKey(let path, let key):
                return try changing { settings in
                    guard let keys = settings.ticketKeys, keys.path == path else { return }
                    settings.ticketKeys = keys.adding(key) ?? keys
                }
            case .setResponse(let response):
                let status = try CertificateStatus(response)
                guard let certificate = loadedCertificates.first(where: { $0.identifier == status.identifier }) else {
                    throw TLSError("OCSP single response: Certificate ID does not match any certificate or issuer")
                }
                var text = CertificateText(certificate)
                text.response = response
                return try replacing(certificate.path, text)
            }
        } catch {
            throw .invalid("\(error).\n")
        }
    }

    /// Changes the settings of everything that speaks TLS; what they leave as it is stays the same.
    private func changing(_ change: (inout TLSSettings) -> Void) throws(TLSError) -> InstanceConfiguration {
        func changed(_ settings: TLSSettings) -> TLSSettings {
            var settings = settings
            change(&settings)
            return settings
        }
        func changed(_ server: ServerTLSConfiguration?) throws(TLSError) -> ServerTLSConfiguration? {
            guard var server else { return nil }
            let (connector, next) = (server.connector, changed(server.connector.settings))
            guard next != connector.settings else { return server }
            server.connector = try TLSConnector(
                next, certificate: connector.certificate, verifiedName: connector.verifiedName)
            return server
        }
        var next = self
        for proxy in proxies.indices {
            for bind in proxies[proxy].binds.indices {
                guard let listener = proxies[proxy].binds[bind].tls else { continue }
                let entries = listener.entries.map { entry in
                    var entry = entry
                    entry.settings = entry.settings.map(changed)
                    return entry
                }
                let settings = changed(listener.settings)
                guard settings != listener.settings || entries != listener.entries else { continue }
                next.proxies[proxy].binds[bind].tls = try TLSListener(
                    settings, entries: entries, isStrict: listener.isStrict, place: listener.place)
            }
            for place in proxies[proxy].servers.indices {
                let server = proxies[proxy].servers[place]
                next.proxies[proxy].servers[place].tls = try changed(server.tls)
                next.proxies[proxy].servers[place].switchableTLS = try changed(server.switchableTLS)
                guard let check = server.check else { continue }
                next.proxies[proxy].servers[place].check?.tls = try changed(check.tls)
                if let steps = check.stepTLS, let plain = try changed(steps.plain), let usual = try changed(steps.usual)
                {
                    next.proxies[proxy].servers[place].check?.stepTLS = StepTLSConfiguration(plain: plain, usual: usual)
                }
            }
        }
        return next
    }
}

extension TLSSettings {
    /// Whether a file of authorities or of revoked certificates is gone by.
    fileprivate func names(_ path: String) -> Bool {
        (authorities + silentAuthorities + revocations).contains { $0.path == path }
    }
}

extension [PEMFile] {
    /// Puts a file in the place of that of its path, if there is one.
    fileprivate mutating func replace(_ file: PEMFile) {
        for index in indices where self[index].path == file.path { self[index] = file }
    }
}

extension CertificateText {
    /// What a certificate was made from.
    ///
    /// - Parameter certificate: the certificate.
    public init(_ certificate: Certificate) {
        let text = certificate.text
        self.init(certificate: text.certificate, key: text.key, issuer: text.issuer, response: text.response)
    }
}

extension Certificate {
    /// Makes a certificate from a text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - path: where it comes from.
    /// - Throws: what is wrong with it.
    public init(_ text: CertificateText, at path: String) throws(TLSError) {
        try self.init(
            PEMFile(path: path, contents: text.certificate), key: PEMFile(path: path, contents: text.key),
            issuer: text.issuer.map { PEMFile(path: path, contents: $0) }, response: text.response)
    }
}
