import COpenSSL

/// What people read of a certificate.
public struct CertificateDetails: Sendable, Hashable {
    /// Its number, in hexadecimal digits.
    public var serial = ""
    /// From when on it is valid, as OpenSSL writes it.
    public var notBefore = ""
    /// Until when.
    public var notAfter = ""
    /// The names that it is for besides the subject's, such as `DNS:www.example`.
    public var alternativeNames = ""
    /// The kind of its key and the key's length, such as `RSA2048`.
    public var algorithm = ""
    /// What tells it from others: SHA-1, in hexadecimal digits.
    public var fingerprint = ""
    /// Whom it is for.
    public var subject = ""
    /// Who has signed it.
    public var issuer = ""

    /// Nothing.
    public init() {}

    /// Reads the certificates of a text.
    ///
    /// - Parameter pem: the text.
    /// - Returns: one entry for each, in the text's order.
    public static func all(in pem: [UInt8]) -> [CertificateDetails] {
        var found: [CertificateDetails] = []
        withUnsafeMutablePointer(to: &found) { found in
            _ = pem.withUnsafeBytes { bytes in
                supervise_tls_print(bytes.baseAddress, bytes.count, found) { owner, number, field, text, length in
                    guard let owner = owner?.assumingMemoryBound(to: [CertificateDetails].self) else { return }
                    let text = String(decoding: UnsafeBufferPointer(start: text, count: length), as: UTF8.self)
                    owner.pointee.take(text, as: field, of: Int(number))
                }
            }
        }
        return found
    }
}

extension [CertificateDetails] {
    fileprivate mutating func take(_ text: String, as field: CInt, of number: Int) {
        if number == count { append(CertificateDetails()) }
        switch Int(field) {
        case Int(SUPERVISE_TLS_SERIAL): self[number].serial = text
        case Int(SUPERVISE_TLS_NOT_BEFORE): self[number].notBefore = text
        case Int(SUPERVISE_TLS_NOT_AFTER): self[number].notAfter = text
        case Int(SUPERVISE_TLS_ALTERNATIVE_NAMES): self[number].alternativeNames = text
        case Int(SUPERVISE_TLS_ALGORITHM): self[number].algorithm = text
        case Int(SUPERVISE_TLS_SHA1): self[number].fingerprint = text
        case Int(SUPERVISE_TLS_SUBJECT): self[number].subject = text
        case Int(SUPERVISE_TLS_ISSUER): self[number].issuer = text
        default: preconditionFailure("a certificate has these fields alone")
        }
    }
}
