/// What rules and log lines ask of the TLS of a session's side besides what `SampleExpression.TLSProperty` has.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.4, `ssl_bc…`, `ssl_c_…`, `ssl_f_…`, `ssl_fc_…` and `ssl_s_…`.
public struct TLSSample: Sendable, Hashable {
    /// A side of a session.
    public enum Side: Sendable, Hashable {
        case client, server
    }

    /// What is asked for.
    public enum Quantity: Sendable, Hashable {
        /// Whether there is TLS at all.
        case isUsed
        case version, cipher, negotiatedProtocol
        /// Whether it goes on with an earlier session.
        case isResumed
        /// The cipher's bits: those of its key that are secret, and all.
        case usedKeyBits, algorithmKeyBits
        case sessionIdentifier, sessionKey
        /// What tells this connection from others that go on with the same session (`tls-unique`).
        case uniqueIdentifier
        case clientRandom, serverRandom
        /// OpenSSL's error in a handshake that failed.
        case errorNumber, errorText
        /// Whether data came before the handshake's end, which nobody takes here.
        case hasEarlyData
        /// Whether the peer has shown a certificate, in this handshake or in that of the session that it goes on with.
        case hasPeerCertificate
        /// OpenSSL's number for what was wrong with the peer's certificate, with one of an authority and how far that is from
        /// it, and for what came of it all.
        case certificateError, authorityError, authorityErrorDepth, verification
        /// A part of a certificate: the peer's, or that which the peer was shown.
        case certificate(Part, isOwn: Bool)
    }

    /// A part of a certificate.
    public enum Part: Sendable, Hashable {
        /// It as a whole, and all that were shown with it.
        case encoded, encodedChain
        case issuer(NamePart), subject(NamePart)
        case keyAlgorithm, signatureAlgorithm
        case notAfter, notBefore
        case serial, fingerprint
        case version
    }

    /// A part of the name of a certificate's subject or issuer.
    public enum NamePart: Sendable, Hashable {
        /// All of it, as `/C=FR/CN=name` or as RFC 2253 has it.
        case whole(isRFC2253: Bool)
        /// The value of an entry such as `CN`: of those with that name the one with this number, from 1, or from the end where
        /// it is below 0.
        case entry(String, number: Int)
    }

    /// Whose TLS is asked for.
    public var side: Side
    /// What is asked for.
    public var quantity: Quantity

    /// Makes a sample.
    ///
    /// - Parameters:
    ///   - side: whose TLS is asked for.
    ///   - quantity: what is asked for.
    public init(_ side: Side, _ quantity: Quantity) {
        self.side = side
        self.quantity = quantity
    }

    /// What kind of value it has, where it has one.
    public var kind: SampleExpression.Kind {
        switch quantity {
        case .isUsed, .isResumed, .hasEarlyData, .hasPeerCertificate: .boolean
        case .usedKeyBits, .algorithmKeyBits, .errorNumber, .certificateError, .authorityError, .authorityErrorDepth,
            .verification, .certificate(.version, _):
            .integer
        case .sessionIdentifier, .sessionKey, .uniqueIdentifier, .clientRandom, .serverRandom,
            .certificate(.encoded, _), .certificate(.encodedChain, _), .certificate(.serial, _),
            .certificate(.fingerprint, _):
            .binary
        case .version, .cipher, .negotiatedProtocol, .errorText, .certificate: .text
        }
    }
}
