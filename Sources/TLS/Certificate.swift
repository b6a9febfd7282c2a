import COpenSSL

/// A certificate with its chain and its key, as a file has them.
public struct Certificate: Sendable, Hashable {
    /// What kind of key it has.
    public enum KeyKind: Sendable, Hashable {
        case rsa, ecdsa, other
    }

    /// Where it came from.
    public let path: String
    /// The names that it is for, in lower case: those of hosts, and the subject's.
    public let names: [String]
    /// What kind of key it has.
    public let keyKind: KeyKind
    /// Seconds since 1970 from which on it is valid.
    public let validFrom: Int64
    /// Seconds since 1970 until which it is valid.
    public let validUntil: Int64
    /// What tells it from others: SHA-256.
    public let fingerprint: [UInt8]

    /// What its authority says of it, which clients are shown; `nil` for nothing.
    public let status: CertificateStatus?
    /// What OCSP names it; `nil` where nobody is to say anything of it.
    public let identifier: CertificateIdentifier?
    /// Why what was to be said of it is not; `nil` where nothing is wrong.
    public let statusTrouble: String?

    private let pem: [UInt8]
    private let key: [UInt8]
    private let issuer: [UInt8]?

    /// What people read of it and of those of the authorities after it.
    public var details: [CertificateDetails] { CertificateDetails.all(in: pem) }

    /// What a change may begin with: it and its key as PEM, as far as they are in one text, the authority's certificate where
    /// that has one of its own, and what that says, as DER.
    public var text: (certificate: [UInt8], key: [UInt8], issuer: [UInt8]?, response: [UInt8]?) {
        (pem, key, issuer, identifier == nil ? nil : status?.response ?? [])
    }

    /// Reads a certificate and sees whether it can be used.
    ///
    /// - Parameters:
    ///   - file: the certificate, with those of the authorities between after it, and the key, in any order.
    ///   - key: the key, where it has a file of its own.
    ///   - issuer: its authority's certificate, where that has a file of its own.
    ///   - response: what its authority says of it, an OCSP response as DER; empty where that will be said later. One that
    ///     can't be used is left out, and `statusTrouble` says why.
    /// - Throws: what is wrong with it.
    public init(
        _ file: PEMFile, key: PEMFile? = nil, issuer: PEMFile? = nil, response: [UInt8]? = nil
    ) throws(TLSError) {
        path = file.path
        self.issuer = issuer?.contents
        (identifier, status, statusTrouble) = try Self.status(response, of: file, issuer)
        pem = file.contents
        self.key = key?.contents ?? file.contents
        let (description, names) = try Self.describe(file)
        self.names = names
        keyKind =
            switch Int(description.key_kind) {
            case SUPERVISE_TLS_KEY_RSA: .rsa
            case SUPERVISE_TLS_KEY_ECDSA: .ecdsa
            default: .other
            }
        validFrom = description.not_before
        validUntil = description.not_after
        fingerprint = withUnsafeBytes(of: description.fingerprint) { Array($0) }
        try use(in: TLSContext(isServer: true))
    }

    /// Looks at what an authority says of a certificate.
    private static func status(
        _ response: [UInt8]?, of file: PEMFile, _ issuer: PEMFile?
    ) throws(TLSError) -> (CertificateIdentifier?, CertificateStatus?, trouble: String?) {
        guard let response else { return (nil, nil, nil) }
        guard let identifier = CertificateIdentifier(of: file.contents, issuer: issuer?.contents ?? []) else {
            throw TLSError(
                "'\(file.path).ocsp' is present and activates OCSP but it is impossible to compute the OCSP certificate ID "
                    + "(maybe the issuer could not be found)")
        }
        do throws(TLSError) {
            let status = try CertificateStatus(response)
            guard status.identifier == identifier else {
                throw TLSError("OCSP single response: Certificate ID does not match certificate and issuer")
            }
            return (identifier, status, nil)
        } catch {
            return (identifier, nil, error.description)
        }
    }

    /// What the certificate itself says, and its names.
    private static func describe(_ file: PEMFile) throws(TLSError) -> (supervise_tls_certificate, [String]) {
        var description = supervise_tls_certificate()
        var names: [String] = []
        let isRead = withUnsafeMutablePointer(to: &names) { names in
            file.contents.withUnsafeBytes { bytes in
                supervise_tls_describe(bytes.baseAddress, bytes.count, &description, names) { owner, text, length in
                    guard let names = owner?.assumingMemoryBound(to: [String].self) else { return }
                    let name = String(decoding: UnsafeBufferPointer(start: text, count: length), as: UTF8.self)
                    if !names.pointee.contains(name.lowercased()) { names.pointee.append(name.lowercased()) }
                }
            }
        }
        guard isRead else { throw TLSError("unable to load certificate from file '\(file.path)'") }
        return (description, names)
    }

    /// Gives it to a context.
    ///
    /// - Parameter context: whose connections are to show it.
    /// - Throws: what is wrong with it.
    func use(in context: TLSContext) throws(TLSError) {
        let result = pem.withUnsafeBytes { pem in
            key.withUnsafeBytes { key in
                supervise_tls_use_certificate(
                    context.pointer, pem.baseAddress, pem.count, key.baseAddress, key.count)
            }
        }
        let reason = TLSContext.takeError()
        switch Int(result) {
        case SUPERVISE_TLS_FINE: return
        case SUPERVISE_TLS_NO_CERTIFICATE: throw TLSError("unable to load certificate from file '\(path)'")
        case SUPERVISE_TLS_NO_KEY: throw TLSError("no private key found in '\(path)'")
        case SUPERVISE_TLS_WRONG_KEY:
            throw TLSError("inconsistencies between private key and certificate loaded '\(path)'")
        default: throw TLSError("unable to use the certificate '\(path)': \(reason)")
        }
    }
}
