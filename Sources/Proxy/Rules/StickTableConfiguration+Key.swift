import AccessLog
import Balancing
import Configuration
import EventLoop

extension StickTableConfiguration {
    /// What a value is found by in this table.
    ///
    /// - Parameter value: a sample's value.
    /// - Returns: `nil` where the table has no such key: no value, or one of another kind.
    func key(of value: SampleValue) -> StickKey? {
        if case .none = value { return nil }
        switch keyKind {
        case .ipv4:
            if case .integer(let number) = value { return .ipv4(UInt32(truncatingIfNeeded: number)) }
            return value.address.flatMap(Self.ipv4)
        case .ipv6:
            guard let address = value.address else { return nil }
            return address.isIPv6
                ? .ipv6(address.bits.high, address.bits.low) : .ipv6(0, Self.mappedPrefix | address.bits.low)
        case .integer: return value.integer.map { .integer(UInt32(truncatingIfNeeded: $0)) }
        case .text(let length):
            guard let text = value.text else { return nil }
            return .text(text.utf8.count <= length ? text : String(decoding: text.utf8.prefix(length), as: UTF8.self))
        case .bytes(let length):
            let bytes = value.bytes.prefix(length)
            return .bytes(bytes + Array(repeating: 0, count: length - bytes.count))
        }
    }

    /// - Source: RFC 4291, section 2.5.5.2.
    private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000

    /// An IPv6 address only where it stands for an IPv4 one.
    private static func ipv4(_ address: IPEndpoint) -> StickKey? {
        guard address.isIPv6 else { return .ipv4(UInt32(truncatingIfNeeded: address.bits.low)) }
        guard address.bits.high == 0, address.bits.low >> 32 == mappedPrefix >> 32 else { return nil }
        return .ipv4(UInt32(truncatingIfNeeded: address.bits.low))
    }
}
