import COpenSSL

/// Settings in OpenSSL's form, ready for connections.
///
/// - Note: `@unchecked Sendable`: a context is changed by nobody after it was handed out, and OpenSSL locks what its streams
///   share of it (SSL_CTX_new(3)).
final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Makes a context without certificate.
    ///
    /// - Parameter isServer: whether clients connect to it.
    init(isServer: Bool) {
        guard let pointer = supervise_tls_make_context(isServer) else {
            preconditionFailure("a context needs memory and random numbers")
        }
        self.pointer = pointer
    }

    /// Makes a context.
    ///
    /// - Parameters:
    ///   - settings: what it says.
    ///   - certificate: what its side shows.
    ///   - isServer: whether clients connect to it.
    /// - Throws: what can't be used.
    convenience init(
        _ settings: TLSSettings, certificate: Certificate?, isServer: Bool
    ) throws(TLSError) {
        self.init(isServer: isServer)
        try certificate?.use(in: self)
        try limit(settings)
        try setProtocols(settings.protocols, isServer: isServer)
        try verify(settings, isServer: isServer)
        if !settings.usesTickets { supervise_tls_disable_tickets(pointer) }
        if settings.prefersClientCiphers { supervise_tls_prefer_client_ciphers(pointer) }
        if isServer { try setParameters(settings.parameters) }
        if isServer { try certificate?.status?.use(in: self) }
        if isServer, let keys = settings.ticketKeys { try share(keys, settings, certificate) }
    }

    deinit { supervise_tls_free_context(pointer) }

    /// Why the last operation failed, in OpenSSL's words.
    static func takeError() -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            buffer.initialize(repeating: 0)
            supervise_tls_take_error(buffer.baseAddress, buffer.count)
            return buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }

    private func limit(_ settings: TLSSettings) throws(TLSError) {
        guard let range = settings.versions.range else { throw TLSError("all versions of SSL and TLS are disabled") }
        guard supervise_tls_set_versions(pointer, range.lowerBound.rawValue, range.upperBound.rawValue) else {
            throw TLSError("unable to set the versions \(range.lowerBound.name) to \(range.upperBound.name)")
        }
        if let list = settings.ciphers, !supervise_tls_set_ciphers(pointer, list) {
            throw TLSError("unable to set the ciphers '\(list)': \(Self.takeError())")
        }
        if let list = settings.ciphersuites, !supervise_tls_set_ciphersuites(pointer, list) {
            throw TLSError("unable to set the ciphersuites '\(list)': \(Self.takeError())")
        }
        if let list = settings.curves, !supervise_tls_set_curves(pointer, list) {
            throw TLSError("unable to set the curves '\(list)'")
        }
    }

    private func setProtocols(_ names: [String], isServer: Bool) throws(TLSError) {
        guard !names.isEmpty else { return }
        let list = Self.list(ofProtocols: names)
        guard supervise_tls_set_protocols(pointer, list, list.count, isServer) else {
            throw TLSError("unable to set the protocols '\(names.joined(separator: ","))'")
        }
    }

    /// Names of protocols as ALPN has them: each after its length in a byte.
    ///
    /// - Parameter names: names of 1 to 255 bytes.
    /// - Returns: the list.
    static func list(ofProtocols names: [String]) -> [UInt8] {
        names.flatMap { [UInt8(clamping: $0.utf8.count)] + $0.utf8 }
    }

    private func verify(_ settings: TLSSettings, isServer: Bool) throws(TLSError) {
        let mode =
            switch settings.verification {
            case .none: SUPERVISE_TLS_VERIFY_NONE
            case .optional: SUPERVISE_TLS_VERIFY_OPTIONAL
            case .required: SUPERVISE_TLS_VERIFY_REQUIRED
            }
        supervise_tls_verify(
            pointer, Int32(mode), settings.ignoredErrorsOfAuthorities.mask, settings.ignoredErrorsOfPeer.mask)
        guard settings.verification != .none else { return }
        for file in settings.authorities {
            try add(file, isAnnounced: isServer && settings.announcesAuthorities)
        }
        for file in settings.silentAuthorities { try add(file, isAnnounced: false) }
        if settings.usesSystemAuthorities, !supervise_tls_use_system_authorities(pointer) {
            throw TLSError("unable to load the system's CA certificates: \(Self.takeError())")
        }
        for file in settings.revocations {
            let count = file.contents.withUnsafeBytes {
                supervise_tls_add_revocations(pointer, $0.baseAddress, $0.count)
            }
            guard count > 0 else { throw TLSError("unable to load CRL file '\(file.path)': \(Self.takeError())") }
        }
    }

    private func add(_ file: PEMFile, isAnnounced: Bool) throws(TLSError) {
        let count = file.contents.withUnsafeBytes {
            supervise_tls_add_authorities(pointer, $0.baseAddress, $0.count, isAnnounced)
        }
        guard count > 0 else {
            let reason = Self.takeError()
            throw TLSError(
                "unable to load CA certificates from file '\(file.path)'" + (reason.isEmpty ? "" : ": \(reason)"))
        }
    }

    /// Lets tickets count wherever the same keys, certificate and demands are.
    private func share(_ keys: TicketKeys, _ settings: TLSSettings, _ certificate: Certificate?) throws(TLSError) {
        var demands = certificate?.fingerprint ?? []
        demands += "\(settings.verification) \(settings.usesSystemAuthorities)".utf8
        for file in settings.authorities + settings.silentAuthorities + settings.revocations {
            demands += file.contents
        }
        let bytes = keys.keys.flatMap(\.self)
        let isShared = supervise_tls_share_tickets(
            pointer, bytes, TicketKeys.count, bytes.count / TicketKeys.count, demands, demands.count)
        guard isShared else { throw TLSError("unable to use the keys of tickets: \(Self.takeError())") }
    }

    private func setParameters(_ file: PEMFile?) throws(TLSError) {
        guard let file else {
            supervise_tls_use_automatic_parameters(pointer)
            return
        }
        let isTaken = file.contents.withUnsafeBytes {
            supervise_tls_use_parameters(pointer, $0.baseAddress, $0.count)
        }
        guard isTaken else { throw TLSError("unable to load DH parameters from file '\(file.path)'") }
    }
}

extension TLSSettings.IgnoredErrors {
    fileprivate var mask: supervise_tls_errors {
        switch self {
        case .all: return supervise_tls_errors(bits: (.max, .max))
        case .some(let numbers):
            var bits: (UInt64, UInt64) = (0, 0)
            for number in numbers where (0..<128).contains(number) {
                if number < 64 { bits.0 |= 1 << UInt64(number) } else { bits.1 |= 1 << UInt64(number - 64) }
            }
            return supervise_tls_errors(bits: bits)
        }
    }
}
