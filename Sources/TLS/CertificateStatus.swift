import COpenSSL

/// What an authority says of a certificate, shown to clients together with that: a response of OCSP.
///
/// - Source: RFC 6960 and RFC 6066, section 8; texts recorded from HAProxy 2.6.12.
public struct CertificateStatus: Sendable, Hashable {
    /// The response, as DER.
    public let response: [UInt8]
    /// Seconds since 1970 from which on it doesn't count any more.
    public let validUntil: Int64
    /// What it names its certificate.
    public let identifier: CertificateIdentifier

    /// Reads a response.
    ///
    /// - Parameter response: the response, as DER.
    /// - Throws: what is wrong with it.
    public init(_ response: [UInt8]) throws(TLSError) {
        var (until, result) = (Int64(0), Int32(0))
        let name = takingBytes { owner in
            result = response.withUnsafeBytes {
                supervise_ocsp_read(
                    $0.assumingMemoryBound(to: UInt8.self).baseAddress, $0.count, &until, owner, appendBytes)
            }
        }
        switch Int(result) {
        case SUPERVISE_OCSP_FINE: break
        case SUPERVISE_OCSP_NOT_PARSED: throw TLSError("Unable to parse OCSP response")
        case SUPERVISE_OCSP_UNSUCCESSFUL: throw TLSError("OCSP response status not successful")
        case SUPERVISE_OCSP_NOT_BASIC: throw TLSError("OCSP response type unknown")
        case SUPERVISE_OCSP_MANY: throw TLSError("OCSP response ignored because contains multiple single responses")
        case SUPERVISE_OCSP_UNKNOWN: throw TLSError("OCSP single response: certificate status is unknown")
        case SUPERVISE_OCSP_WITHOUT_END: throw TLSError("OCSP single response: missing nextupdate")
        default: throw TLSError("OCSP single response: no longer valid")
        }
        self.response = response
        validUntil = until
        identifier = CertificateIdentifier(name)
    }

    /// What people read of it.
    public var text: String {
        let bytes = takingBytes { owner in
            _ = response.withUnsafeBytes {
                supervise_ocsp_print(
                    $0.assumingMemoryBound(to: UInt8.self).baseAddress, $0.count, owner, appendBytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Shows it to a context's clients that want to see it.
    func use(in context: TLSContext) throws(TLSError) {
        guard supervise_tls_staple(context.pointer, response, response.count, validUntil) else {
            throw TLSError("unable to use the OCSP response: \(TLSContext.takeError())")
        }
    }
}

/// What OCSP names a certificate: hashes of its authority's name and key, and its number.
///
/// - Source: RFC 6960, section 4.1.1, `CertID`.
public struct CertificateIdentifier: Sendable, Hashable {
    /// The name, as DER.
    public let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The name of a certificate; `nil` where its authority's certificate isn't there.
    ///
    /// - Parameters:
    ///   - certificate: the certificate, with those of the authorities between after it; PEM.
    ///   - issuer: the authority's where it isn't among those; PEM.
    init?(of certificate: [UInt8], issuer: [UInt8]) {
        var isThere = false
        bytes = takingBytes { owner in
            isThere = certificate.withUnsafeBytes { certificate in
                issuer.withUnsafeBytes { issuer in
                    supervise_ocsp_identify(
                        certificate.baseAddress, certificate.count, issuer.baseAddress, issuer.count, owner,
                        appendBytes)
                }
            }
        }
        if !isThere { return nil }
    }

    /// The bytes in hexadecimal digits, small ones.
    public var digits: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The hashes of the authority's name and of its key, and the certificate's number, in hexadecimal digits.
    public var details: (name: String, key: String, serial: String) {
        var parts = ["", "", ""]
        withUnsafeMutablePointer(to: &parts) { parts in
            _ = bytes.withUnsafeBytes {
                supervise_ocsp_describe($0.assumingMemoryBound(to: UInt8.self).baseAddress, $0.count, parts) {
                    owner, field, text in
                    guard let text else { return }
                    owner?.assumingMemoryBound(to: [String].self).pointee[Int(field)] = String(cString: text)
                }
            }
        }
        return (parts[0], parts[1], parts[2])
    }
}
