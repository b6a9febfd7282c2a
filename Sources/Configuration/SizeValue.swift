/// A number of bytes as a configuration writes it: a whole number and perhaps `k`, `m` or `g`.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `stick-table` (`size`).
enum SizeValue {
    /// The largest size, as in HAProxy: what fits 32 bits.
    static let largest: UInt64 = 4_294_967_295

    /// Why a text is not a size.
    enum Failure: Error, Equatable {
        /// No digit at its beginning.
        case notANumber
        /// Something other than `k`, `m` or `g` after the number.
        case unknownUnit(String)
        /// More than `largest`.
        case tooLarge
    }

    /// Reads a size.
    ///
    /// - Parameter text: such as `16384` or `16k`.
    /// - Returns: the bytes.
    /// - Throws: why it is not a size.
    static func parse(_ text: String) throws(Failure) -> Int {
        let digits = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard !digits.isEmpty else { throw .notANumber }
        let suffix = String(text[digits.endIndex...])
        let factor: UInt64
        switch suffix.lowercased() {
        case "": factor = 1
        case "k": factor = 1 << 10
        case "m": factor = 1 << 20
        case "g": factor = 1 << 30
        default: throw .unknownUnit(suffix)
        }
        guard let number = UInt64(String(text[..<digits.endIndex])) else { throw .tooLarge }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: factor)
        guard !overflows, bytes <= largest else { throw .tooLarge }
        return Int(bytes)
    }
}
