/// A certificate that an instance shows to clients or servers.
public struct CertificateSnapshot: Sendable, Hashable {
    /// How long before its end people are warned.
    public static let warnedMilliseconds: Int64 = 21 * 86_400_000

    /// The proxy that shows it.
    public var proxy: String
    /// The file that it was read from.
    public var path: String
    /// Until when it is valid.
    public var validUntil: Timestamp

    /// Makes a certificate.
    ///
    /// - Parameters:
    ///   - proxy: the proxy that shows it.
    ///   - path: the file that it was read from.
    ///   - validUntil: until when it is valid.
    public init(proxy: String, path: String, validUntil: Timestamp) {
        self.proxy = proxy
        self.path = path
        self.validUntil = validUntil
    }

    /// What is to be said of it.
    ///
    /// - Parameter now: what time it is.
    /// - Returns: a sentence from three weeks before its end on; `nil` before.
    public func warning(at now: Timestamp) -> String? {
        let left = validUntil.millisecondsSinceEpoch - now.millisecondsSinceEpoch
        guard left < Self.warnedMilliseconds else { return nil }
        let days = abs(left) / 86_400_000
        let length = days == 0 ? "less than a day" : days == 1 ? "1 day" : "\(days) days"
        return left > 0
            ? "the certificate \(path) of \(proxy) expires in \(length)"
            : "the certificate \(path) of \(proxy) expired \(length) ago"
    }
}
