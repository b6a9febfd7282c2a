/// What a stick table's entries are found by.
public enum StickKey: Sendable, Hashable {
    /// An IPv4 address as a number.
    case ipv4(UInt32)
    /// An IPv6 address in two halves.
    case ipv6(UInt64, UInt64)
    /// A number.
    case integer(UInt32)
    /// A text, as far as the table keeps it.
    case text(String)
    /// Bytes, as many as the table keeps.
    case bytes([UInt8])
}
