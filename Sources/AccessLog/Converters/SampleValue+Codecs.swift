import EventLoop
import Model
import TLS

/// Other forms of values: numbers and texts in other writings, and keys.
extension SampleValue {
    /// The value in another form.
    ///
    /// - Parameter codec: the form.
    /// - Returns: none where it can't be had.
    func converted(by codec: SampleExpression.Codec) -> Self {
        switch codec {
        case .fromBase64: return Base64.bytes(of: textBytes).map { .binary($0) } ?? .none
        case .fromBase64URL: return Base64.bytes(of: textBytes, isForURL: true).map { .binary($0) } ?? .none
        case .toBase64URL: return .text(Base64.text(of: bytes, isForURL: true))
        case .number: return Self.number(textBytes)
        case .networkOrder:
            guard let number = integer else { return .none }
            return .binary(withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian) { Array($0) })
        case .firstLine:
            let ends = [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
            return .text(String(decoding: textBytes.prefix { !ends.contains($0) }, as: UTF8.self))
        case .host: return .text(String(decoding: hostAndPort.host, as: UTF8.self))
        case .port:
            // Whatever stands there counts as a digit, as in HAProxy.
            let number = hostAndPort.port.reduce(UInt32(0)) { $0 &* 10 &+ UInt32($1) &- UInt32(UInt8(ascii: "0")) }
            return .integer(Int64(number))
        }
    }

    /// A code that only who has the key can make.
    ///
    /// - Parameters:
    ///   - digest: the digest's name.
    ///   - key: the key.
    ///   - surroundings: where variables are.
    /// - Returns: none where there is no key.
    func authentication(
        _ digest: String, _ key: SampleExpression.Key, _ surroundings: some ConverterSurroundings
    ) -> Self {
        let secret: [UInt8]?
        switch key {
        case .bytes(let bytes): secret = bytes
        case .variable(let variable):
            let value = surroundings.value(of: variable)
            if case .none = value { return .none }
            secret = Base64.bytes(of: value.textBytes)
        }
        guard let secret, let code = withBytes({ Digest.code(of: $0, by: digest, key: secret) }) else { return .none }
        return .binary(code)
    }

    /// The bytes of the value as a text.
    var textBytes: [UInt8] {
        switch self {
        case .binary(let bytes): bytes
        default: Array((text ?? "").utf8)
        }
    }

    /// What stands before the last colon, and after it, where there is one outside of brackets.
    private var hostAndPort: (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>) {
        let text = textBytes
        guard let place = text.lastIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "]") }),
            text[place] == UInt8(ascii: ":")
        else { return (text[...], []) }
        return (text[..<place], text[(place + 1)...])
    }

    /// Digits past the 16th push the first ones out; a character that is no digit leaves no value.
    private static func number(_ digits: [UInt8]) -> Self {
        var number: UInt64 = 0
        for digit in digits {
            guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return .none }
            number = number << 4 | UInt64(value)
        }
        return .integer(Int64(bitPattern: number))
    }
}
