import TLS

/// A certificate that is to take another one's place, while commands put it together.
///
/// There is one at a time, for one file: what it begins with is the certificate in use.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `set ssl cert`; texts recorded from 2.6.12.
struct CertificateTransaction: Sendable, Equatable {
    /// The file whose certificate is to be replaced.
    let path: String
    /// The certificate and those of the authorities after it, as PEM.
    private(set) var certificate: [UInt8]
    /// The key, as PEM; `nil` while there is none.
    private(set) var key: [UInt8]?

    /// Begins with the certificate in use.
    ///
    /// - Parameter certificate: that certificate.
    init(_ certificate: Certificate) {
        path = certificate.path
        self.certificate = certificate.text.certificate
        key = certificate.text.key
    }

    /// Begins with nothing.
    ///
    /// - Parameter path: the file.
    init(path: String) {
        self.path = path
        certificate = []
    }

    /// What a command's word names: a certificate, or the key of one.
    struct Subject: Equatable {
        /// The certificate's file.
        var path: String
        /// Whether the payload is its key alone.
        var isKey = false

        /// Reads a word.
        ///
        /// - Parameters:
        ///   - word: the word.
        ///   - known: the files of certificates.
        init?(_ word: String, among known: [String]) {
            path = word
            if known.contains(word) { return }
            guard word.hasSuffix(Self.keySuffix) else { return nil }
            path = String(word.dropLast(Self.keySuffix.count))
            isKey = true
            if !known.contains(path) { return nil }
        }

        private static let keySuffix = ".key"
    }

    /// Takes a payload.
    ///
    /// - Parameters:
    ///   - payload: the text: a certificate with or without its key, or a key alone.
    ///   - isKey: whether it is to be a key alone.
    /// - Returns: whether what it is to have is in it; nothing changes where it isn't.
    mutating func take(_ payload: String, isKey: Bool) -> Bool {
        let bytes = Array(payload.utf8)
        let hasKey = payload.contains("PRIVATE KEY-----")
        guard !isKey else {
            if hasKey { key = bytes }
            return hasKey
        }
        guard !CertificateDetails.all(in: bytes).isEmpty else { return false }
        certificate = bytes
        key = hasKey ? bytes : nil
        return true
    }
}
