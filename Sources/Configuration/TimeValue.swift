/// A span of time as a configuration writes it: a whole number and a unit.
///
/// - Source: HAProxy 2.6 configuration manual, section 2.5.
enum TimeValue {
    /// The longest time, as in HAProxy: the milliseconds that fit 31 bits, about 24.8 days.
    static let longestMilliseconds: UInt64 = 2_147_483_647

    /// A unit of time.
    enum Unit: String, CaseIterable {
        case microseconds = "us"
        case milliseconds = "ms"
        case seconds = "s"
        case minutes = "m"
        case hours = "h"
        case days = "d"

        /// How many microseconds it has.
        var inMicroseconds: UInt64 {
            switch self {
            case .microseconds: 1
            case .milliseconds: 1_000
            case .seconds: 1_000_000
            case .minutes: 60_000_000
            case .hours: 3_600_000_000
            case .days: 86_400_000_000
            }
        }
    }

    /// Why a text is not a time.
    enum Failure: Error, Equatable {
        /// No digit at its beginning.
        case notANumber
        /// Something other than a unit after the number.
        case unknownUnit(String)
        /// Longer than `longestMilliseconds`.
        case tooLong
    }

    /// What a text says.
    struct Reading: Equatable {
        /// The time, in whole milliseconds.
        var duration: Duration
        /// What stands after the unit: HAProxy 2.6 warns of it and takes the time, later versions refuse it.
        var ignoredRest: String
    }

    /// Reads a time.
    ///
    /// A part of a millisecond becomes a whole one, as in HAProxy; only 0 is 0.
    ///
    /// - Parameters:
    ///   - text: such as `5s`, `200ms` or `5000`.
    ///   - unit: what a number without a unit counts.
    /// - Returns: the time and what was ignored after it.
    /// - Throws: why it is not a time.
    static func parse(_ text: String, defaultUnit unit: Unit = .milliseconds) throws(Failure) -> Reading {
        let digits = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard !digits.isEmpty else { throw .notANumber }
        let suffix = String(text[digits.endIndex...])
        let usedUnit: Unit
        if suffix.isEmpty {
            usedUnit = unit
        } else {
            // The longest unit that the suffix begins with: `ms` before `m`.
            let matching = Unit.allCases.filter { suffix.hasPrefix($0.rawValue) }
            guard let named = matching.max(by: { $0.rawValue.count < $1.rawValue.count }) else {
                throw .unknownUnit(suffix)
            }
            usedUnit = named
        }
        guard let number = UInt64(String(text[..<digits.endIndex])) else { throw .tooLong }
        let (microseconds, overflows) = number.multipliedReportingOverflow(by: usedUnit.inMicroseconds)
        guard !overflows, microseconds <= longestMilliseconds * 1_000 else { throw .tooLong }
        let rest = suffix.isEmpty ? "" : String(suffix.dropFirst(usedUnit.rawValue.count))
        return Reading(duration: .milliseconds(Int64((microseconds + 999) / 1_000)), ignoredRest: rest)
    }
}
