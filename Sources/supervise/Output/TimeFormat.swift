import Foundation
import Model
import Monitoring

/// Moments as a person reads them: the local date and time, with the offset from UTC.
struct TimeFormat: Sendable {
    /// Where the reader lives.
    let zone: TimeZone

    /// Makes a format.
    ///
    /// - Parameter zone: where the reader lives.
    init(zone: TimeZone = .current) {
        self.zone = zone
    }

    /// Such as `2026-11-22 15:49:27 +01:00`.
    ///
    /// - Parameter moment: the moment.
    /// - Returns: its text, to the second.
    func text(_ moment: Timestamp) -> String {
        let offset = self.offset(at: moment)
        let civil = CivilTime(moment, offsetSeconds: Int64(offset))
        let minutes = abs(offset) / 60
        let zone = (offset < 0 ? "-" : "+") + Self.twoDigits(minutes / 60) + ":" + Self.twoDigits(minutes % 60)
        return "\(civil.dateText) \(civil.timeText) \(zone)"
    }

    /// The moment at which a clock of this zone shows something.
    ///
    /// - Parameter civil: what it shows; of two such moments the earlier, and where a clock skips it, the moment after.
    /// - Returns: the moment.
    func moment(_ civil: CivilTime) -> Timestamp {
        let asUTC = civil.timestamp()
        // Offsets change by far less than a day, so these are the two that can be in force.
        let before = offset(at: asUTC.advanced(byMilliseconds: -86_400_000))
        let after = offset(at: asUTC.advanced(byMilliseconds: 86_400_000))
        let early = civil.timestamp(offsetSeconds: Int64(before))
        let late = civil.timestamp(offsetSeconds: Int64(after))
        return offset(at: early) == before || offset(at: late) != after ? early : late
    }

    private func offset(at moment: Timestamp) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.millisecondsSinceEpoch) / 1000))
    }

    private static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
}
