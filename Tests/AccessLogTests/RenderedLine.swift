import Glibc
import Model

@testable import AccessLog

/// What a line says, without header and line end.
func rendered(_ content: some LogLine) -> String {
    var line = LineBuffer(capacity: 4096)
    var dates = LogDates()
    content.write(to: &line, dates: &dates)
    return String(decoding: line.bytes, as: UTF8.self)
}

/// A moment given in the time zone in which the tests run, so that they pass in every zone.
func localTime(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int, milliseconds: Int64 = 0
) -> Timestamp {
    var calendar = tm()
    calendar.tm_year = Int32(year - 1900)
    calendar.tm_mon = Int32(month - 1)
    calendar.tm_mday = Int32(day)
    calendar.tm_hour = Int32(hour)
    calendar.tm_min = Int32(minute)
    calendar.tm_sec = Int32(second)
    calendar.tm_isdst = -1
    return Timestamp(millisecondsSinceEpoch: Int64(mktime(&calendar)) * 1_000 + milliseconds)
}
