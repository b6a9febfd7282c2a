import EventLoop
import Model

/// Texts that are changed, put together and compared.
///
/// What they come to follows HAProxy 2.6.12, in what is odd as well.
extension SampleValue {
    /// The value after a change.
    ///
    /// - Parameters:
    ///   - change: the change.
    ///   - surroundings: where variables are.
    /// - Returns: none where it can't be made.
    func changed(by change: SampleExpression.TextChange, _ surroundings: some ConverterSurroundings) -> Self {
        switch change {
        case .trimStart(let characters):
            let set = Set(characters.utf8)
            return Self.text(textBytes.drop { set.contains($0) })
        case .trimEnd(let characters):
            let set = Set(characters.utf8)
            let bytes = textBytes
            return Self.text(bytes[..<((bytes.lastIndex { !set.contains($0) }).map { $0 + 1 } ?? 0)])
        case .parts(let position, let delimiters, let count, let omitsEmpty):
            let set = Set(delimiters.utf8)
            return parts(position, set, count, omitsEmpty)
        case .concat(let start, let variable, let end):
            let middle = variable.flatMap { surroundings.value(of: $0).text } ?? ""
            return .text((text ?? "") + start + middle + end)
        case .addItem(let delimiter, let variable, let suffix):
            let item = variable.flatMap { surroundings.value(of: $0).text } ?? ""
            let own = text ?? ""
            guard !item.isEmpty || !suffix.isEmpty else { return self }
            return .text(own + (own.isEmpty ? "" : delimiter) + item + suffix)
        case .compare(let variable):
            let other = surroundings.value(of: variable)
            if case .none = other { return .none }
            return .integer(Self.distance(textBytes, other.textBytes))
        case .isEqual(let variable):
            let other = surroundings.value(of: variable)
            if case .none = other { return .none }
            let (left, right) = (bytes, other.bytes)
            guard left.count == right.count else { return .boolean(false) }
            return .boolean(zip(left, right).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0)
        case .choose(let ifTrue, let ifFalse): return integer.map { .text($0 != 0 ? ifTrue : ifFalse) } ?? .none
        case .json(let input): return JSONText.text(of: textBytes, as: input).map { .text($0) } ?? .none
        case .fromURL(let isForm): return URLText.decoded(textBytes, isForm: isForm).map { Self.text($0) } ?? .none
        case .toURL: return .text(URLText.encoded(textBytes))
        case .httpDate(let offset, let unitsPerSecond): return httpDate(offset, unitsPerSecond)
        case .decimalGroups(let separator, let size, let dropsRest):
            return groups(separator, size, dropsRest) { group in
                String(group.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
            }
        case .hexadecimalGroups(let separator, let size, let dropsRest):
            return groups(separator, size, dropsRest) { Self.hexadecimal($0) }
        }
    }

    /// A text of bytes.
    private static func text(_ bytes: some Collection<UInt8>) -> Self { .text(String(decoding: bytes, as: UTF8.self)) }

    /// The difference of the first bytes that are not the same, or of the lengths.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int64 {
        for (one, other) in zip(left, right) where one != other { return Int64(one) - Int64(other) }
        return Int64(left.count - right.count)
    }

    private func httpDate(_ offset: Int64, _ unitsPerSecond: Int64) -> Self {
        guard let number = integer else { return .none }
        let moved = number &+ offset
        let (seconds, rest) = moved.quotientAndRemainder(dividingBy: unitsPerSecond)
        guard let date = LogDates.formatted(seconds, "%a, %d %b %Y %H:%M:%S", isLocal: false) else { return .none }
        return .text(unitsPerSecond == 1 ? date + " GMT" : date + ".\(rest) GMT")
    }

    private func groups(
        _ separator: String, _ size: Int, _ dropsRest: Bool, _ written: (ArraySlice<UInt8>) -> String
    ) -> Self {
        let bytes = bytes
        let end = dropsRest ? bytes.count - bytes.count % size : bytes.count
        let groups = stride(from: 0, to: end, by: size).map { written(bytes[$0..<min($0 + size, end)]) }
        return .text(groups.joined(separator: separator))
    }

    /// Some parts with what stands between them; from the end with a negative position, all that follow with no count.
    private func parts(_ position: Int, _ delimiters: Set<UInt8>, _ count: Int, _ omitsEmpty: Bool) -> Self {
        let bytes = textBytes
        let parts = bytes.split(omittingEmptySubsequences: omitsEmpty) { delimiters.contains($0) }
        let first: Int
        let last: Int
        if position > 0 {
            first = position - 1
            last = count == 0 ? parts.count - 1 : min(first + count - 1, parts.count - 1)
        } else {
            last = parts.count + position
            first = count == 0 ? 0 : max(last - count + 1, 0)
        }
        guard parts.indices.contains(first), parts.indices.contains(last), first <= last else { return .none }
        return Self.text(bytes[parts[first].startIndex..<parts[last].endIndex])
    }
}
