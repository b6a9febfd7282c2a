/// Keys of session tickets that several processes share, or that outlive one (`tls-ticket-keys`).
///
/// - Source: HAProxy 2.6 configuration manual, section 5.1.
public struct TicketKeys: Sendable, Hashable {
    /// The bytes of a key: 16 for its name, and equal parts for its signature and its encryption by AES of 128 or 256 bits.
    public static let sizes: Set<Int> = [48, 80]
    /// How many keys there are.
    public static let count = 3

    /// The keys, all of one size, oldest first.
    ///
    /// Tickets are written with the last but one, and read with all: so the next key can be given to every process before
    /// one writes with it.
    public let keys: [[UInt8]]
    /// The file that has them.
    public let path: String

    /// Makes keys; `nil` where there are fewer than three, or one has the wrong size.
    ///
    /// - Parameters:
    ///   - keys: all that there are, oldest first; the newest three count.
    ///   - path: the file that has them.
    public init?(_ keys: [[UInt8]], path: String = "") {
        let sizes = Set(keys.map(\.count))
        guard keys.count >= Self.count, sizes.count == 1, sizes.isSubset(of: Self.sizes) else { return nil }
        self.keys = keys.suffix(Self.count)
        self.path = path
    }

    /// The keys with another one after them: so the one before it writes from now on.
    ///
    /// - Parameter key: the key.
    /// - Returns: the keys; `nil` for a key that has not the others' size.
    public func adding(_ key: [UInt8]) -> TicketKeys? { TicketKeys(keys + [key], path: path) }
}
