import TLS

/// What a server can be told of its client's TLS (`proxy-v2-options`).
struct ClientSecurity: Sendable, Hashable {
    /// The version that was agreed on: `TLSv1.3`.
    var version: String
    /// The cipher that was agreed on.
    var cipher: String
    /// The name that the client has asked for.
    var serverName: String?
    /// The protocol that was agreed on by ALPN.
    var negotiatedProtocol: String?
    /// The client's certificate; `nil` where it has shown none.
    var certificate: ClientCertificate?
    /// The kind of key of the certificate that the client was shown, and its bits: `EC256`.
    var ownKey: String?
    /// The algorithm of that certificate's signature: `ecdsa-with-SHA256`.
    var ownSignature: String?

    /// A certificate that a client has shown.
    struct ClientCertificate: Sendable, Hashable {
        /// Whether it has shown it in this connection, and not in an earlier one that this goes on with.
        var isOfThisConnection: Bool
        /// OpenSSL's number for what is wrong with it; 0 where nothing is.
        var verificationResult: UInt32
        /// Its subject's common name.
        var commonName: String?
    }
}

extension ClientSecurity {
    /// Reads what was agreed on.
    ///
    /// - Parameter stream: a client's stream after its handshake.
    init(_ stream: TLSStream) {
        version = stream.version
        cipher = stream.cipher
        serverName = stream.serverName
        negotiatedProtocol = stream.negotiatedProtocol
        ownKey = stream.ownKeyName
        ownSignature = stream.ownSignatureName
        if stream.hasPeerCertificate {
            certificate = ClientCertificate(
                isOfThisConnection: !stream.isResumed, verificationResult: stream.verificationResult,
                commonName: stream.peerCommonName)
        }
    }
}
