import COpenSSL

/// Digests of bytes, by OpenSSL's names of them: `md5`, `sha1`, `sha256`.
///
/// May be used by any thread.
public enum Digest {
    /// Whether there is one of a name.
    ///
    /// - Parameter name: the name.
    /// - Returns: whether OpenSSL has it.
    public static func exists(_ name: String) -> Bool { supervise_digest_exists(name) }

    /// The digest of some bytes.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - name: the digest's name.
    /// - Returns: `nil` where there is none of that name, or OpenSSL doesn't permit it.
    public static func of(_ bytes: UnsafeRawBufferPointer, by name: String) -> [UInt8]? {
        result { supervise_digest(name, bytes.baseAddress, bytes.count, $0) }
    }

    /// The code of some bytes that only who has the key can make (HMAC).
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - name: the digest's name.
    ///   - key: the key.
    /// - Returns: `nil` where there is no digest of that name, or OpenSSL doesn't permit it.
    /// - Source: RFC 2104.
    public static func code(of bytes: UnsafeRawBufferPointer, by name: String, key: [UInt8]) -> [UInt8]? {
        result { supervise_authentication_code(name, key, key.count, bytes.baseAddress, bytes.count, $0) }
    }

    private static func result(_ make: (UnsafeMutablePointer<UInt8>?) -> Int) -> [UInt8]? {
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(SUPERVISE_LONGEST_DIGEST)) { buffer, count in
            length = make(buffer.baseAddress)
            count = max(length, 0)
        }
        return length > 0 ? bytes : nil
    }
}
