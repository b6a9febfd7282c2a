import Glibc
import Model

/// Writes local dates as HAProxy's log has them; the calendar is asked once a second at most.
///
/// One thread uses it.
public struct LogDates {
    private struct Second {
        var isLocal = true
        var second = Int64.min
        var calendar = tm()

        mutating func set(_ moment: Timestamp) {
            let second = moment.secondsSinceEpoch
            guard second != self.second else { return }
            self.second = second
            var time = time_t(second)
            if isLocal {
                localtime_r(&time, &calendar)
            } else {
                gmtime_r(&time, &calendar)
            }
        }
    }

    /// How a date without milliseconds tells its zone.
    enum Zone {
        /// `+0000`.
        case greenwich
        /// Such as `+0100`.
        case local
    }

    // Lines are stamped in order, but tell of sessions that began long before: two moments, two memories.
    private var stamp = Second()
    private var accepted = Second()
    private var acceptedInGreenwich = Second(isLocal: false)

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
        Self.appendDate(accepted.calendar, to: &line)
        line.append(byte: UInt8(ascii: "."))
        line.append(moment.millisecondsOfSecond, width: 3)
    }

    /// Appends `02/Nov/2026:12:53:48 +0000`.
    ///
    /// - Parameters:
    ///   - moment: when.
    ///   - zone: the zone in which it is told.
    ///   - line: where to append.
    /// - Source: HAProxy 2.6 configuration manual, section 8.2.6, `%T` and `%Tl`.
    mutating func appendDate(of moment: Timestamp, in zone: Zone, to line: inout LineBuffer) {
        switch zone {
        case .greenwich:
            acceptedInGreenwich.set(moment)
            Self.appendDate(acceptedInGreenwich.calendar, to: &line)
            line.append(" +0000")
        case .local:
            accepted.set(moment)
            Self.appendDate(accepted.calendar, to: &line)
            line.append(byte: UInt8(ascii: " "))
            Self.appendZone(accepted.calendar, colon: false, to: &line)
        }
    }

    /// Appends `2026-11-22T17:55:59.191000+00:00`.
    ///
    /// - Parameters:
    ///   - moment: when.
    ///   - line: where to append.
    /// - Source: RFC 5424, section 6.2.3.
    mutating func appendISO(of moment: Timestamp, to line: inout LineBuffer) {
        stamp.set(moment)
        line.append(Int64(stamp.calendar.tm_year) + 1900, width: 4)
        line.append(byte: UInt8(ascii: "-"))
        line.append(Int64(stamp.calendar.tm_mon) + 1, width: 2)
        line.append(byte: UInt8(ascii: "-"))
        line.append(Int64(stamp.calendar.tm_mday), width: 2)
        line.append(byte: UInt8(ascii: "T"))
        Self.appendTime(stamp.calendar, to: &line)
        line.append(byte: UInt8(ascii: "."))
        line.append(moment.millisecondsOfSecond * 1_000, width: 6)
        Self.appendZone(stamp.calendar, colon: true, to: &line)
    }

    /// A date as strftime(3) writes it.
    ///
    /// - Parameters:
    ///   - seconds: seconds since 1970-01-01T00:00:00Z.
    ///   - format: what strftime is asked for.
    ///   - isLocal: whether the date is told in the process's time zone.
    /// - Returns: the date; `nil` where it is longer than 255 bytes.
    static func formatted(_ seconds: Int64, _ format: String, isLocal: Bool) -> String? {
        var second = Second(isLocal: isLocal)
        second.set(Timestamp(millisecondsSinceEpoch: seconds.multipliedReportingOverflow(by: 1_000).partialValue))
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            guard let base = text.baseAddress else { return nil }
            let length = strftime(base, text.count, format, &second.calendar)
            return length > 0 || format.isEmpty ? String(cString: base) : nil
        }
    }

    /// A date as log lines have it, such as `02/Nov/2026:12:53:48.858`.
    ///
    /// - Parameter moment: when.
    /// - Returns: the date in the process's time zone.
    public static func text(of moment: Timestamp) -> String {
        let date = formatted(moment.secondsSinceEpoch, "%d/%b/%Y:%H:%M:%S", isLocal: true) ?? ""
        let milliseconds = String(moment.millisecondsOfSecond)
        return date + "." + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
    }

    private static func appendDate(_ calendar: tm, to line: inout LineBuffer) {
        line.append(Int64(calendar.tm_mday), width: 2)
        line.append(byte: UInt8(ascii: "/"))
        appendMonth(calendar, to: &line)
        line.append(byte: UInt8(ascii: "/"))
        line.append(Int64(calendar.tm_year) + 1900, width: 4)
        line.append(byte: UInt8(ascii: ":"))
        appendTime(calendar, to: &line)
    }

    /// `+0100` or `+01:00`.
    private static func appendZone(_ calendar: tm, colon: Bool, to line: inout LineBuffer) {
        line.append(byte: calendar.tm_gmtoff < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        let minutes = Int64(calendar.tm_gmtoff).magnitude / 60
        line.append(Int64(minutes / 60), width: 2)
        if colon { line.append(byte: UInt8(ascii: ":")) }
        line.append(Int64(minutes % 60), width: 2)
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
    var secondsSinceEpoch: Int64 {
        let (seconds, rest) = millisecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000)
        return rest < 0 ? seconds - 1 : seconds
    }

    /// The milliseconds after the whole second.
    var millisecondsOfSecond: Int64 { millisecondsSinceEpoch - secondsSinceEpoch * 1_000 }
}
