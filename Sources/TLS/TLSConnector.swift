import COpenSSL

/// How servers are connected to with TLS: settings, loaded and checked.
///
/// Made where the file is read; may be used by several threads.
public final class TLSConnector: Sendable, Equatable {
    /// What is spoken, and what servers have to show.
    public let settings: TLSSettings
    /// What servers are shown, if they ask.
    public let certificate: Certificate?
    /// The name that servers' certificates have to have where no name is asked for (`verifyhost`).
    public let verifiedName: String?

    private let context: TLSContext

    /// Makes a connector.
    ///
    /// - Parameters:
    ///   - settings: what is spoken, and what servers have to show.
    ///   - certificate: what they are shown, if they ask.
    ///   - verifiedName: the name that their certificates have to have where no name is asked for.
    /// - Throws: what can't be used.
    public init(_ settings: TLSSettings, certificate: Certificate?, verifiedName: String?) throws(TLSError) {
        self.settings = settings
        self.certificate = certificate
        self.verifiedName = verifiedName
        context = try TLSContext(settings, certificate: certificate, isServer: false)
    }

    /// Begins TLS on a connection that was made.
    ///
    /// - Parameters:
    ///   - descriptor: its socket, which stays the caller's.
    ///   - name: the name to ask for.
    ///   - protocols: what to offer by ALPN in this connection; `nil` for what the settings say.
    ///   - session: what an earlier connection to the same server has left; of no use where that asked for another name.
    /// - Returns: the stream, which is closed before the connector is let go; `nil` when there is no memory.
    public func begin(
        on descriptor: Int32, asking name: String?, offering protocols: [String]? = nil,
        resuming session: TLSSession? = nil
    ) -> TLSStream? {
        guard let pointer = supervise_tls_make_stream(context.pointer, descriptor, false) else { return nil }
        let stream = TLSStream(pointer)
        let verified = settings.verification == .none ? nil : name ?? verifiedName
        let isNamed = withOptionalCString(name) { name in
            withOptionalCString(verified) { supervise_tls_set_names(pointer, name, $0) }
        }
        let list = protocols.map(TLSContext.list) ?? []
        guard isNamed, list.isEmpty || supervise_tls_offer_protocols(pointer, list, list.count) else {
            stream.close()
            return nil
        }
        // Refused, it costs a whole handshake, as without.
        if let session, session.name == name { _ = supervise_tls_resume(pointer, session.pointer) }
        return stream
    }

    /// Whether both say the same.
    public static func == (left: TLSConnector, right: TLSConnector) -> Bool {
        left === right
            || left.settings == right.settings && left.certificate == right.certificate
                && left.verifiedName == right.verifiedName
    }
}

private func withOptionalCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
