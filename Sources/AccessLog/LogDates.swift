import Glibc
import Model

/// Writes local dates as HAProxy's log has them; the calendar is asked once a second at most.
///
/// One thread uses it.
public struct LogDates {
    private struct Second {
        var second = Int64.min
        var calendar = tm()

        mutating func set(_ moment: Timestamp) {
            let second = moment.secondsSinceEpoch
            guard second != self.second else { return }
            self.second = second
            var time = time_t(second)
            localtime_r(&time, &calendar)
        }
    }

    // Lines are stamped in order, but tell of sessions that began long before: two moments, two memories.
    private var stamp = Second()
    private var accepted = Second()

    /// Makes dates in the process's time zone.
    public init() {}

    /// Appends `Nov  2 12:53:49`.
    ///
    /// - Parameters:
    ///   - moment: when.
    ///   - line: where to append.
    /// - Source: RFC 3164, section 4.1.2.
    mutating func appendStamp(of moment: Timestamp, to line: inout LineBuffer) {
        stamp.set(moment)
        Self.appendMonth(stamp.calendar, to: &line)
        line.append(byte: UInt8(ascii: " "))
        if stamp.calendar.tm_mday < 10 { line.append(byte: UInt8(ascii: " ")) }
        line.append(Int64(stamp.calendar.tm_mday))
        line.append(byte: UInt8(ascii: " "))
        Self.appendTime(stamp.calendar, to: &line)
    }

    /// Appends `02/Nov/2026:12:53:48.858`.
    ///
    /// - Parameters:
    ///   - moment: when.
    ///   - line: where to append.
    /// - Source: HAProxy 2.6 configuration manual, section 8.2.2, `accept_date`.
    mutating func appendDate(of moment: Timestamp, to line: inout LineBuffer) {
        accepted.set(moment)
        line.append(Int64(accepted.calendar.tm_mday), width: 2)
        line.append(byte: UInt8(ascii: "/"))
        Self.appendMonth(accepted.calendar, to: &line)
        line.append(byte: UInt8(ascii: "/"))
        line.append(Int64(accepted.calendar.tm_year) + 1900, width: 4)
        line.append(byte: UInt8(ascii: ":"))
        Self.appendTime(accepted.calendar, to: &line)
        line.append(byte: UInt8(ascii: "."))
        line.append(moment.millisecondsSinceEpoch - moment.secondsSinceEpoch * 1_000, width: 3)
    }

    private static func appendMonth(_ calendar: tm, to line: inout LineBuffer) {
        switch calendar.tm_mon {
        case 0: line.append("Jan")
        case 1: line.append("Feb")
        case 2: line.append("Mar")
        case 3: line.append("Apr")
        case 4: line.append("May")
        case 5: line.append("Jun")
        case 6: line.append("Jul")
        case 7: line.append("Aug")
        case 8: line.append("Sep")
        case 9: line.append("Oct")
        case 10: line.append("Nov")
        default: line.append("Dec")
        }
    }

    private static func appendTime(_ calendar: tm, to line: inout LineBuffer) {
        line.append(Int64(calendar.tm_hour), width: 2)
        line.append(byte: UInt8(ascii: ":"))
        line.append(Int64(calendar.tm_min), width: 2)
        line.append(byte: UInt8(ascii: ":"))
        line.append(Int64(calendar.tm_sec), width: 2)
    }
}

extension Timestamp {
    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    fileprivate var secondsSinceEpoch: Int64 {
        let (seconds, rest) = millisecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000)
        return rest < 0 ? seconds - 1 : seconds
    }
}
