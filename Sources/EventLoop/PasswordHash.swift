import CLinux

/// Passwords as the system's crypt(3) keeps them.
///
/// A hash is made to take time: not for worker threads, nor for others that somebody waits for.
public enum PasswordHash {
    /// Whether a password is the one that was hashed.
    ///
    /// - Parameters:
    ///   - password: what somebody claims.
    ///   - hash: as `mkpasswd` or crypt(3) gives it; it says itself how it was made.
    /// - Returns: false as well for a hash that the system doesn't know how to make.
    /// - Source: crypt(3), crypt(5); HAProxy 2.6 configuration manual, section 3.4.
    public static func matches(_ password: String, _ hash: String) -> Bool {
        // The C function would take the bytes before a zero for all of it.
        guard !password.utf8.contains(0) else { return false }
        return withUnsafeTemporaryAllocation(of: crypt_data.self, capacity: 1) { room in
            guard let state = room.baseAddress else { return false }
            state.initialize(to: crypt_data())
            guard let result = crypt_r(password, hash, state) else { return false }
            return isEqual(Array(hash.utf8), String(cString: result).utf8.map { $0 })
        }
    }

    /// Compares in a time that does not tell how far a guess was right.
    ///
    /// - Parameters:
    ///   - secret: what is right.
    ///   - guess: what is given.
    /// - Returns: whether they are the same.
    public static func isEqual(
        _ secret: some RandomAccessCollection<UInt8>, _ guess: some RandomAccessCollection<UInt8>
    ) -> Bool {
        var difference: UInt8 = secret.count == guess.count ? 0 : 1
        for (offset, byte) in guess.enumerated() {
            let place = secret.isEmpty ? nil : secret.index(secret.startIndex, offsetBy: offset % secret.count)
            difference |= byte ^ (place.map { secret[$0] } ?? 0)
        }
        return difference == 0
    }
}
