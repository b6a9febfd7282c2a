import COpenSSL

/// Lists of certificates that count no more, as people read them.
public enum RevocationList {
    /// Reads the lists of a text.
    ///
    /// - Parameter pem: the text.
    /// - Returns: for each what it says, in the text's order; empty where there is none.
    public static func all(in pem: [UInt8]) -> [String] {
        var found: [String] = []
        withUnsafeMutablePointer(to: &found) { found in
            _ = pem.withUnsafeBytes { pem in
                supervise_crl_print(pem.baseAddress, pem.count, found) { owner, bytes, count in
                    let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
                    owner?.assumingMemoryBound(to: [String].self).pointee.append(text)
                }
            }
        }
        return found
    }
}
