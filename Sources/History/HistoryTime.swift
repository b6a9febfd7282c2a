import Foundation
import Model

/// Writes moments for people and machines.
enum HistoryTime {
    /// RFC 3339 in UTC with milliseconds: `2026-11-22T14:49:26.000Z`.
    static func text(_ at: Timestamp) -> String {
        // Whole milliseconds are exact in a Double for the next 200,000 years; the half keeps the last digit from truncation.
        Date(timeIntervalSince1970: (Double(at.millisecondsSinceEpoch) + 0.5) / 1000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt))
    }

    /// The same without punctuation and fraction, for file names: `20261122T144926Z`.
    static func compactText(_ at: Timestamp) -> String {
        let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZone: .gmt)
        return Date(timeIntervalSince1970: Double(at.millisecondsSinceEpoch / 1000)).formatted(style)
    }
}
