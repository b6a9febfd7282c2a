import AccessLog
import Balancing
import Configuration
import EventLoop

/// A key of a stick table as persons write it and see it.
public struct TableKey: Sendable, Hashable {
    let key: StickKey

    init(_ key: StickKey) { self.key = key }

    /// Reads a key.
    ///
    /// It is `nil` where the table has no such key; keys of bytes can't be written.
    ///
    /// - Parameters:
    ///   - text: what somebody wrote.
    ///   - table: whose key it is.
    public init?(_ text: String, in table: StickTableConfiguration) {
        switch table.keyKind {
        case .ipv4, .ipv6:
            let isIPv6 = table.keyKind == .ipv6
            guard case .ip(let address)? = SocketAddress(ip: text, port: 0), address.isIPv6 == isIPv6 else {
                return nil
            }
            guard let key = table.key(of: .address(address)) else { return nil }
            self.key = key
        case .integer:
            // Whatever follows the digits doesn't count.
            let digits = (text.hasPrefix("+") ? text.dropFirst() : text[...]).prefix { ("0"..."9").contains($0) }
            guard let number = UInt32(digits) else { return nil }
            key = .integer(number)
        case .text:
            guard let key = table.key(of: .text(text)) else { return nil }
            self.key = key
        case .bytes: return nil
        }
    }

    /// As it is shown: texts without blanks, control characters and equals signs, bytes in hexadecimal digits.
    public var text: String {
        switch key {
        case .ipv4(let bits): return Self.address([UInt8](bytesOf: bits.bigEndian))
        case .ipv6(let high, let low):
            return Self.address([UInt8](bytesOf: high.bigEndian) + [UInt8](bytesOf: low.bigEndian))
        case .integer(let number): return String(number)
        case .text(let text): return text.utf8.map(Self.escaped).joined()
        case .bytes(let bytes): return bytes.map(Self.hexadecimal).joined()
        }
    }

    /// What tables are sorted by: their keys' bytes as they are in memory.
    public var order: [UInt8] {
        switch key {
        case .ipv4(let bits): [UInt8](bytesOf: bits.bigEndian)
        case .ipv6(let high, let low): [UInt8](bytesOf: high.bigEndian) + [UInt8](bytesOf: low.bigEndian)
        case .integer(let number): [UInt8](bytesOf: number.littleEndian)
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        }
    }

    private static func address(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { IPEndpoint(wireAddress: $0, port: 0).host }
    }

    private static func escaped(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
        case 0x21...0x7E: String(UnicodeScalar(byte))
        case UInt8(ascii: "\t"): "\\t"
        case UInt8(ascii: "\n"): "\\n"
        case UInt8(ascii: "\r"): "\\r"
        case 0x1B: "\\e"
        default: "\\x" + hexadecimal(byte)
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}

extension [UInt8] {
    fileprivate init(bytesOf number: some FixedWidthInteger) {
        self = Swift.withUnsafeBytes(of: number) { Array($0) }
    }
}
