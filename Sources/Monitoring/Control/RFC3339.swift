import Model

/// Moments as RFC 3339 text, such as `2026-11-22T14:49:27.123Z`.
///
/// - Source: RFC 3339, section 5.6.
public enum RFC3339 {
    /// A moment in UTC with milliseconds.
    ///
    /// - Parameter moment: the moment.
    /// - Returns: its text.
    public static func string(_ moment: Timestamp) -> String {
        let civil = CivilTime(moment)
        return civil.dateText + "T" + civil.timeText + "." + CivilTime.padded(civil.millisecond, to: 3) + "Z"
    }

    /// Reads a moment with its offset from UTC.
    ///
    /// - Parameter text: such as `2026-11-22T14:49:27Z`, `2026-11-22t15:49:27.5+01:00` or `2026-11-22 15:49:27 +01:00`.
    /// - Returns: the moment, `nil` when the text is something else; digits after the milliseconds are dropped.
    public static func parse(_ text: String) -> Timestamp? {
        let upper = text.uppercased()
        guard let separator = upper.firstIndex(where: { $0 == "T" || $0 == " " }) else { return nil }
        let afterDate = upper[upper.index(after: separator)...]
        guard let zoneStart = afterDate.firstIndex(where: { $0 == "Z" || $0 == "+" || $0 == "-" }),
            let offsetMinutes = offset(afterDate[zoneStart...]),
            let civil = CivilTime(date: upper[..<separator], time: timeOfDay(afterDate[..<zoneStart]))
        else { return nil }
        return civil.timestamp(offsetSeconds: Int64(offsetMinutes) * 60)
    }

    /// The time before its zone; tables put a space between the two, and people copy it.
    private static func timeOfDay(_ text: Substring) -> Substring {
        text.last == " " ? text.dropLast() : text
    }

    private static func offset(_ zone: Substring) -> Int? {
        if zone == "Z" { return 0 }
        let parts = zone.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hours = Int(parts[0]),
            let minutes = Int(parts[1]), (0...23).contains(hours), (0...59).contains(minutes)
        else { return nil }
        return (zone.first == "-" ? -1 : 1) * (hours * 60 + minutes)
    }
}
