/// A certificate and what belongs to it, as texts and bytes from which it is made.
public struct CertificateText: Sendable, Hashable {
    /// The certificate, with those of the authorities between after it; PEM.
    public var certificate: [UInt8]
    /// Its key; PEM.
    public var key: [UInt8]
    /// The authority's certificate where it isn't among the others; PEM.
    public var issuer: [UInt8]?
    /// What the authority says of it, to be shown with it: an OCSP response as DER; `nil` for nothing.
    public var response: [UInt8]?

    /// Makes a text.
    ///
    /// - Parameters:
    ///   - certificate: the certificate, with those of the authorities between after it; PEM.
    ///   - key: its key; PEM.
    ///   - issuer: the authority's certificate; PEM.
    ///   - response: an OCSP response; DER.
    public init(certificate: [UInt8], key: [UInt8], issuer: [UInt8]? = nil, response: [UInt8]? = nil) {
        self.certificate = certificate
        self.key = key
        self.issuer = issuer
        self.response = response
    }
}
