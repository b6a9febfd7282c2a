import EventLoop
import Model
import TLS

/// What converters make of values.
extension SampleValue {
    /// The value after all converters.
    ///
    /// - Parameters:
    ///   - converters: the converters in their order.
    ///   - surroundings: what they may ask for beside the value.
    /// - Returns: none where one can't be applied.
    public func converted(
        by converters: [SampleExpression.Converter], in surroundings: some ConverterSurroundings = NoSurroundings()
    ) -> Self {
        var value = self
        for converter in converters { value = value.converted(by: converter, in: surroundings) }
        return value
    }

    /// The value after a converter.
    ///
    /// - Parameters:
    ///   - converter: the converter.
    ///   - surroundings: what it may ask for beside the value.
    /// - Returns: none where it can't be applied.
    func converted(by converter: SampleExpression.Converter, in surroundings: some ConverterSurroundings) -> Self {
        if case .none = self { return .none }
        switch converter {
        case .arithmeticWith(let operation, let variable):
            guard let left = integer, let right = surroundings.value(of: variable).integer else { return .none }
            return .integer(Self.result(of: operation, left, right))
        case .hash(let hash, let parameter): return .integer(withBytes { hash.value(of: $0, parameter) })
        case .digest(let name): return withBytes { Digest.of($0, by: name) }.map { .binary($0) } ?? .none
        case .authentication(let name, let key): return authentication(name, key, surroundings)
        case .codec(let codec): return converted(by: codec)
        case .change(let change): return changed(by: change, surroundings)
        case .outside(let converter): return surroundings.value(self, through: converter)
        case .arithmetic(let operation, let operand):
            return integer.map { .integer(Self.result(of: operation, $0, operand)) } ?? .none
        case .logic(let operation): return integer.map { Self.result(of: operation, $0) } ?? .none
        case .upper: return text.map { .text($0.uppercased()) } ?? .none
        case .lower: return text.map { .text($0.lowercased()) } ?? .none
        case .length: return text.map { .integer(Int64($0.utf8.count)) } ?? .none
        case .hex: return .text(Self.hexadecimal(bytes))
        case .base64: return .text(Base64.text(of: bytes))
        case .bytes(let offset, let length):
            let all = bytes
            guard offset < all.count else { return .none }
            return .binary(Array(all[offset...].prefix(length ?? all.count)))
        case .field(let position, let delimiters): return part(position, delimiters, omitsEmpty: false)
        case .word(let position, let delimiters): return part(position, delimiters, omitsEmpty: true)
        case .mask(let ipv4, let ipv6):
            guard let endpoint = address else { return .none }
            if !endpoint.isIPv6 { return .address(endpoint.masked(toFirst: ipv4)) }
            return ipv6.map { .address(endpoint.masked(toFirst: $0)) } ?? .none
        case .time(let format, let offset, let isLocal):
            guard let seconds = integer else { return .none }
            return LogDates.formatted(seconds &+ offset, format, isLocal: isLocal).map { .text($0) } ?? .none
        }
    }

    private func part(_ position: Int, _ delimiters: String, omitsEmpty: Bool) -> Self {
        let separators = Set(delimiters.utf8)
        let parts = Array((text ?? "").utf8).split(omittingEmptySubsequences: omitsEmpty) { separators.contains($0) }
        let index = position > 0 ? position - 1 : parts.count + position
        guard parts.indices.contains(index) else { return .none }
        return .text(String(decoding: parts[index], as: UTF8.self))
    }

    /// Sums stop at the ends of what 64 bits hold, and a division by 0 gives the largest number, as in HAProxy.
    private static func result(of operation: SampleExpression.Arithmetic, _ left: Int64, _ right: Int64) -> Int64 {
        switch operation {
        case .add:
            let (sum, overflow) = left.addingReportingOverflow(right)
            return overflow ? (right < 0 ? .min : .max) : sum
        case .sub:
            let (difference, overflow) = left.subtractingReportingOverflow(right)
            return overflow ? (right > 0 ? .min : .max) : difference
        case .mul:
            let (product, overflow) = left.multipliedReportingOverflow(by: right)
            return overflow ? ((left < 0) != (right < 0) ? .min : .max) : product
        case .div:
            guard right != 0 else { return .max }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            return overflow ? .max : quotient
        case .mod: return right == 0 ? 0 : left.remainderReportingOverflow(dividingBy: right).partialValue
        case .and: return left & right
        case .or: return left | right
        case .xor: return left ^ right
        }
    }

    private static func result(of operation: SampleExpression.Logic, _ number: Int64) -> Self {
        switch operation {
        case .neg: .integer(0 &- number)
        case .cpl: .integer(~number)
        case .not: .boolean(number == 0)
        case .bool: .boolean(number != 0)
        case .even: .boolean(number & 1 == 0)
        case .odd: .boolean(number & 1 == 1)
        }
    }

    /// Bytes in capital hexadecimal digits.
    ///
    /// - Parameter bytes: the bytes.
    /// - Returns: the digits.
    static func hexadecimal(_ bytes: some Collection<UInt8>) -> String {
        var buffer = LineBuffer(capacity: bytes.count * 2)
        for byte in bytes { buffer.append(hexadecimal: UInt64(byte), width: 2) }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }
}
