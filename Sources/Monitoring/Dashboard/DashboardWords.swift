import Foundation
import Model

/// Moments, lengths of time, shares and amounts as the dashboard writes them.
struct DashboardWords: Sendable {
    /// Where the reader is thought to live: where the supervisor runs.
    let zone: TimeZone

    /// Makes the words of a zone.
    ///
    /// - Parameter zone: the zone.
    init(zone: TimeZone = .current) { self.zone = zone }

    /// Such as `2026-11-22 15:49:27`.
    func text(_ moment: Timestamp) -> String {
        let civil = civil(moment)
        return "\(civil.dateText) \(civil.timeText)"
    }

    /// From when to when; the second date only where it is another.
    func text(from: Timestamp, to: Timestamp) -> String {
        let (begin, end) = (civil(from), civil(to))
        let last = begin.dateText == end.dateText ? end.timeText : "\(end.dateText) \(end.timeText)"
        return "\(begin.dateText) \(begin.timeText) – \(last)"
    }

    /// The zone's offset from UTC, such as `UTC+01:00`.
    func zoneText(at moment: Timestamp) -> String {
        let minutes = Int(offset(at: moment)) / 60
        guard minutes != 0 else { return "UTC" }
        let (hours, rest) = (abs(minutes) / 60, abs(minutes) % 60)
        return "UTC\(minutes < 0 ? "−" : "+")\(CivilTime.padded(hours, to: 2)):\(CivilTime.padded(rest, to: 2))"
    }

    /// What a clock shows at a moment.
    func civil(_ moment: Timestamp) -> CivilTime { CivilTime(moment, offsetSeconds: offset(at: moment)) }

    /// How far a clock is ahead of UTC, in seconds.
    func offset(at moment: Timestamp) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.millisecondsSinceEpoch) / 1000)))
    }

    /// A length of time in its two largest units.
    static func length(milliseconds: Int64) -> String {
        let total = max(0, milliseconds)
        switch total {
        case ..<1000: return "\(total) ms"
        case ..<10_000: return "\(total / 1000).\(total / 100 % 10) s"
        case ..<60_000: return "\(total / 1000) s"
        case ..<3_600_000: return joined(total / 60_000, "min", total / 1000 % 60, "s")
        case ..<86_400_000: return joined(total / 3_600_000, "h", total / 60_000 % 60, "min")
        default: return joined(total / 86_400_000, "d", total / 3_600_000 % 24, "h")
        }
    }

    /// A short time as checks take it, in its largest unit.
    static func time(microseconds: Double) -> String {
        switch microseconds {
        case ..<1000: "\(Int(microseconds.rounded())) µs"
        case ..<10_000: "\(Int(microseconds / 100) / 10).\(Int(microseconds / 100) % 10) ms"
        case ..<10_000_000: "\(Int(microseconds / 1000)) ms"
        default: length(milliseconds: Int64(microseconds / 1000))
        }
    }

    private static func joined(_ large: Int64, _ unit: String, _ small: Int64, _ part: String) -> String {
        small == 0 ? "\(large) \(unit)" : "\(large) \(unit) \(small) \(part)"
    }

    /// A share in percent, rounded down so that only what is whole reads 100 %.
    static func percent(_ share: Double) -> String {
        let thousandths = Int((share * 100_000).rounded(.down))
        if thousandths >= 100_000 { return "100 %" }
        return "\(thousandths / 1000).\(CivilTime.padded(thousandths % 1000, to: 3)) %"
    }

    /// An amount of bytes in the unit that suits it.
    static func bytes(_ bytes: Int64) -> String {
        var (amount, unit) = (Double(bytes), 0)
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        while amount >= 1000, unit + 1 < units.count { (amount, unit) = (amount / 1000, unit + 1) }
        return unit == 0 ? "\(bytes) B" : String(format: "%.1f ", amount) + units[unit]
    }

    /// A number with the word for what is counted, in the plural unless it is one.
    static func count(_ number: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }
}
