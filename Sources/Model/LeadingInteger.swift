/// The integer that a word begins with, and what follows it.
///
/// - Source: strtol(3) with base 10: an optional sign and digits; what is too great is the greatest.
public struct LeadingInteger: Sendable {
    /// The integer; `nil` when the word begins with none.
    public private(set) var value: Int?
    /// What follows it.
    public private(set) var rest: Substring

    /// Reads a word.
    ///
    /// - Parameter word: the word.
    public init(_ word: String) {
        let sign = word.first.flatMap { "+-".contains($0) ? $0 : nil }
        let digits = word.dropFirst(sign == nil ? 0 : 1).prefix { ("0"..."9").contains($0) }
        rest = digits.isEmpty ? Substring(word) : word[digits.endIndex...]
        guard !digits.isEmpty else { return }
        let magnitude = Int(digits) ?? .max
        value = sign == "-" ? -magnitude : magnitude
    }
}
