import COpenSSL

/// What clients meet who connect with TLS: certificates and settings, loaded and checked.
///
/// Made where the file is read, so that whoever has one has everything that it needs; may be used by several threads.
public final class TLSListener: Sendable, Equatable {
    /// One certificate, and what is said of it alone.
    public struct Entry: Sendable, Hashable {
        /// The certificate.
        public var certificate: Certificate
        /// The names that get it; its own when `nil`.
        public var names: [String]?
        /// Its own settings; the listener's when `nil`.
        public var settings: TLSSettings?
        /// The list or folder that has it; `nil` where the line names it itself.
        public var origin: CertificateOrigin?

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - certificate: the certificate.
        ///   - names: the names that get it.
        ///   - settings: its own settings.
        ///   - origin: the list or folder that has it.
        public init(
            _ certificate: Certificate, names: [String]? = nil, settings: TLSSettings? = nil,
            origin: CertificateOrigin? = nil
        ) {
            self.certificate = certificate
            self.names = names
            self.settings = settings
            self.origin = origin
        }
    }

    /// What holds for all certificates.
    public let settings: TLSSettings
    /// The certificates; the first one is for clients that ask for no name, or for none that is known.
    public let entries: [Entry]
    /// Whether only clients that ask for a known name are served (`strict-sni`).
    public let isStrict: Bool
    /// The file and the line that speak of it, for messages; no part of what makes two listeners alike.
    public let place: String

    private let names: CertificateNames
    private let contexts: [TLSContext]

    /// Makes a listener.
    ///
    /// - Parameters:
    ///   - settings: what holds for all certificates.
    ///   - entries: the certificates, at least one, the default one first.
    ///   - isStrict: whether there is no default.
    ///   - place: the file and the line that speak of it.
    /// - Throws: what can't be used.
    public init(
        _ settings: TLSSettings, entries: [Entry], isStrict: Bool, place: String = ""
    ) throws(TLSError) {
        precondition(!entries.isEmpty, "a listener has a certificate")
        self.settings = settings
        self.entries = entries
        self.isStrict = isStrict
        self.place = place
        names = CertificateNames(
            entries.map { .init(names: $0.names ?? $0.certificate.names, keyKind: $0.certificate.keyKind) },
            isStrict: isStrict)
        var contexts: [TLSContext] = []
        for entry in entries {
            contexts.append(
                try TLSContext(entry.settings ?? settings, certificate: entry.certificate, isServer: true))
        }
        self.contexts = contexts
        guard entries.count > 1 || isStrict else { return }
        // Streams begin with the first context; its choice is made while this listener is there, because whoever makes
        // streams of it keeps it.
        supervise_tls_choose_by_name(
            contexts[0].pointer,
            { owner, name, length, takesECDSA in
                guard let owner else { return nil }
                let listener = Unmanaged<TLSListener>.fromOpaque(owner).takeUnretainedValue()
                let text = name.map { String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self) }
                return listener.names.choose(text, takesECDSA: takesECDSA).map { listener.contexts[$0].pointer }
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Begins TLS on a connection that was accepted.
    ///
    /// - Parameter descriptor: its socket, which stays the caller's.
    /// - Returns: the stream, which is closed before the listener is let go; `nil` when there is no memory.
    public func begin(on descriptor: Int32) -> TLSStream? {
        supervise_tls_make_stream(contexts[0].pointer, descriptor, true).map { TLSStream($0) }
    }

    /// Whether both say the same and have the same certificates.
    public static func == (left: TLSListener, right: TLSListener) -> Bool {
        left === right
            || left.settings == right.settings && left.entries == right.entries && left.isStrict == right.isStrict
    }
}
