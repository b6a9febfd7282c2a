import COpenSSL

/// A code that only those who know a key can make of a message.
public enum MessageCode {
    private static let length = 32

    /// The HMAC of a message with SHA-256.
    ///
    /// - Parameters:
    ///   - message: the bytes.
    ///   - key: the secret, at least one byte.
    /// - Returns: 32 bytes; `nil` when there is no memory.
    /// - Source: RFC 2104.
    public static func sha256(of message: [UInt8], key: [UInt8]) -> [UInt8]? {
        var code = [UInt8](repeating: 0, count: length)
        return supervise_hmac_sha256(key, key.count, message, message.count, &code) ? code : nil
    }
}
