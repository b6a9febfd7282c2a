import Foundation
import Model
import Monitoring
import Testing

@testable import supervise

/// Times as the terminal shows and takes them, over two years with a leap day and in zones whose clocks change in their own ways.
@Suite("local times over two years")
struct LocalTimeTests {
    private static let hour: Int64 = 3_600_000
    /// 2027-07-01T00:00:00Z; 2028 is a leap year.
    private static let begin = Timestamp(millisecondsSinceEpoch: 1_814_400_000_000)
    /// By an hour, by half an hour, at midnight, and never.
    private static let zones = [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "UTC",
    ]

    @Test("each hour that is printed is the same moment when it is asked for again", arguments: zones)
    func printedIsAskedFor(zone: String) throws {
        let format = TimeFormat(zone: try #require(TimeZone(identifier: zone)))
        var moment = Self.begin
        for _ in 0..<(731 * 24) {
            moment = moment.advanced(byMilliseconds: Self.hour)
            let text = format.text(moment)
            let asked = MomentArgument(argument: text)?.timestamp(now: Self.begin, format: format)
            if asked != moment { Issue.record("'\(text)' is asked for as another moment, or not at all") }
        }
    }

    @Test("days begin where the clock shows that they do, and follow one another without a gap", arguments: zones)
    func days(zone: String) throws {
        let format = TimeFormat(zone: try #require(TimeZone(identifier: zone)))
        var lengths: [Int64: Int] = [:]
        var midnights: [Timestamp] = []
        var noon = Self.begin.advanced(byMilliseconds: 12 * Self.hour)
        for _ in 0..<731 {
            // The date as it is printed, asked for as a person does.
            let date = String(format.text(noon).prefix(10))
            let argument = try #require(MomentArgument(argument: date), "\(date)")
            let midnight = argument.timestamp(now: noon, format: format)
            let shown = format.text(midnight)
            #expect(shown.hasPrefix(date), "\(date) begins at \(shown)")
            // Where the clocks change at midnight, the day begins at one.
            #expect(shown.contains(" 00:00:00 ") || shown.contains(" 01:00:00 "), "\(shown)")
            if let last = midnights.last {
                lengths[midnight.millisecondsSinceEpoch - last.millisecondsSinceEpoch, default: 0] += 1
            }
            midnights.append(midnight)
            noon = noon.advanced(byMilliseconds: 24 * Self.hour)
        }
        let odd = lengths.filter { $0.key != 24 * Self.hour }.values.reduce(0, +)
        #expect(odd == (["Asia/Kathmandu", "UTC"].contains(zone) ? 0 : 4), "\(zone): \(lengths)")
        #expect(lengths.keys.allSatisfy { abs($0 - 24 * Self.hour) <= Self.hour })
        #expect(midnights.contains { format.text($0).hasPrefix("2028-02-29 00:00:00") })
    }
}
