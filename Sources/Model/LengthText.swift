/// A length of time as a person writes it, such as `30s`, `5m`, `24h`, `7d` or `1h30m`.
public enum LengthText {
    /// A hundred years: longer than any history, and far from an overflow.
    private static let longest: Int64 = 36_525 * 86_400_000
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 604_800_000),
    ]

    /// Reads a length.
    ///
    /// - Parameter text: one or more numbers, each with its unit (`ms s m h d w`).
    /// - Returns: the length in milliseconds, more than 0; `nil` when the text is something else.
    public static func milliseconds(_ text: String) -> Int64? {
        var rest = text[...]
        var total: Int64 = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let afterDigits = rest[digits.endIndex...]
            let name = afterDigits.prefix { $0.isASCII && $0.isLetter }
            guard let number = Int64(digits), let unit = units.first(where: { $0.name == name }),
                number <= longest / unit.milliseconds
            else { return nil }
            total += number * unit.milliseconds
            guard total <= longest else { return nil }
            rest = afterDigits[name.endIndex...]
        }
        return total > 0 ? total : nil
    }
}
