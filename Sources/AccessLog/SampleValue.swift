import EventLoop
import Model

/// A sample's value, in a log line or in a rule.
public enum SampleValue: Sendable {
    case none
    case integer(Int64)
    case boolean(Bool)
    case text(String)
    case binary([UInt8])
    case address(IPEndpoint)

    /// A value that is known when the configuration is read.
    ///
    /// - Parameter constant: the value.
    public init(_ constant: SampleExpression.Constant) {
        switch constant {
        case .none: self = .none
        case .integer(let number): self = .integer(number)
        case .boolean(let isTrue): self = .boolean(isTrue)
        case .text(let text): self = .text(text)
        case .bytes(let bytes): self = .binary(bytes)
        case .address(let text): self = SampleValue.text(text).address.map { .address($0) } ?? .none
        }
    }

    /// The value as a line has it; `nil` when there is none.
    public var text: String? {
        switch self {
        case .none: nil
        case .integer(let number): String(number)
        case .boolean(let isTrue): isTrue ? "1" : "0"
        case .text(let text): text
        case .binary(let bytes): String(decoding: bytes, as: UTF8.self)
        case .address(let endpoint): endpoint.host
        }
    }

    /// The value as bytes: numbers have 8, addresses 4 or 16.
    public var bytes: [UInt8] {
        switch self {
        case .none: []
        case .integer(let number): Self.bytes(UInt64(bitPattern: number))
        case .boolean(let isTrue): Self.bytes(isTrue ? 1 : 0)
        case .text(let text): Array(text.utf8)
        case .binary(let bytes): bytes
        case .address(let endpoint):
            endpoint.isIPv6
                ? Self.bytes(endpoint.bits.high) + Self.bytes(endpoint.bits.low)
                : Array(Self.bytes(endpoint.bits.low).suffix(4))
        }
    }

    /// Gives the value's bytes without a copy of them, where it can.
    ///
    /// - Parameter body: what is done with them; they are gone afterwards.
    /// - Returns: what it gives.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch self {
        case .integer(let number): return withUnsafeBytes(of: number.bigEndian, body)
        case .boolean(let isTrue): return withUnsafeBytes(of: Int64(isTrue ? 1 : 0).bigEndian, body)
        case .address(let endpoint) where !endpoint.isIPv6:
            return withUnsafeBytes(of: UInt32(truncatingIfNeeded: endpoint.bits.low).bigEndian, body)
        case .address(let endpoint):
            return withUnsafeBytes(of: (endpoint.bits.high.bigEndian, endpoint.bits.low.bigEndian), body)
        case .text(var text): return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        case .binary(let bytes): return bytes.withUnsafeBytes(body)
        case .none: return body(UnsafeRawBufferPointer(start: nil, count: 0))
        }
    }

    /// The value as a number: texts up to their first character that is no digit; `nil` for IPv6 addresses and none.
    public var integer: Int64? {
        switch self {
        case .none, .binary: nil
        case .integer(let number): number
        case .boolean(let isTrue): isTrue ? 1 : 0
        case .text(let text): Int64(text.prefix { $0.isASCII && ($0.isNumber || $0 == "-") }) ?? 0
        case .address(let endpoint): endpoint.isIPv6 ? nil : Int64(endpoint.bits.low)
        }
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    /// The value as an address: texts, too, that are one; `nil` for everything else.
    public var address: IPEndpoint? {
        switch self {
        case .address(let endpoint): endpoint
        case .text(let text):
            if case .ip(let endpoint)? = SocketAddress(ip: text, port: 0) { endpoint } else { nil }
        case .none, .integer, .boolean, .binary: nil
        }
    }

    /// A random identifier.
    ///
    /// - Returns: such as `0f8b4f3c-6c0f-4d52-9d0e-3a1b0c9d8e7f`.
    /// - Source: RFC 9562, section 5.4.
    public static func uuid() -> String {
        let high = UInt64.random(in: 0...UInt64.max) & ~0xF000 | 0x4000
        let low = UInt64.random(in: 0...UInt64.max) & ~(3 << 62) | 1 << 63
        var buffer = LineBuffer(capacity: 36)
        buffer.append(hexadecimal: high >> 32, width: 8)
        for part in [high >> 16 & 0xFFFF, high & 0xFFFF, low >> 48] {
            buffer.append(byte: UInt8(ascii: "-"))
            buffer.append(hexadecimal: part, width: 4)
        }
        buffer.append(byte: UInt8(ascii: "-"))
        buffer.append(hexadecimal: low & 0xFFFF_FFFF_FFFF, width: 12)
        return String(decoding: buffer.bytes, as: UTF8.self).lowercased()
    }
}
