/// A change of what an instance has loaded for TLS besides certificates.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `commit ssl ca-file|crl-file`, `set ssl ocsp-response|tls-key`.
public enum TLSFileAct: Sendable, Hashable {
    /// Goes by other authorities wherever the file of that path was read; PEM.
    case replaceAuthorities(path: String, [UInt8])
    /// Goes by another list of revoked certificates wherever the file of that path was read; PEM.
    case replaceRevocations(path: String, [UInt8])
    /// Shows with its certificate what an authority says of that; DER.
    case setResponse([UInt8])
    /// Adds a key of session tickets to those of a file; the oldest one goes.
    case addTicketKey(path: String, [UInt8])
}

extension TLSFileAct: CustomStringConvertible {
    /// What is changed, in words for the history.
    public var description: String {
        switch self {
        case .replaceAuthorities(let path, _): "authorities \(path) replaced"
        case .replaceRevocations(let path, _): "revocations \(path) replaced"
        case .setResponse: "OCSP response of a certificate replaced"
        case .addTicketKey(let path, _): "key of session tickets added to \(path)"
        }
    }
}
