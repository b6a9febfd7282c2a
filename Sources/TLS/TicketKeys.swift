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

    /// Makes keys; `nil` where there are fewer than three, or one has the wrong size.
    ///
    /// - Parameter keys: all that there are, oldest first; the newest three count.
    public init?(_ keys: [[UInt8]]) {
        let sizes = Set(keys.map(\.count))
        guard keys.count >= Self.count, sizes.count == 1, sizes.isSubset(of: Self.sizes) else { return nil }
        self.keys = keys.suffix(Self.count)
    }
}
