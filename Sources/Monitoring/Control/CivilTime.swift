import Model

/// A date and a time of day in the proleptic Gregorian calendar, without a zone.
public struct CivilTime: Sendable, Hashable {
    /// The year, 1 to 9999.
    public var year: Int
    /// The month, 1 to 12.
    public var month: Int
    /// The day of the month, from 1.
    public var day: Int
    /// The hour, 0 to 23.
    public var hour: Int
    /// The minute, 0 to 59.
    public var minute: Int
    /// The second, 0 to 60 (leap seconds are accepted and count as the next second).
    public var second: Int
    /// The millisecond, 0 to 999.
    public var millisecond: Int

    private static let millisecondsPerDay: Int64 = 86_400_000

    /// What a clock shows at a moment.
    ///
    /// - Parameters:
    ///   - moment: the moment.
    ///   - offsetSeconds: how far the clock is ahead of UTC, in seconds.
    public init(_ moment: Timestamp, offsetSeconds: Int64 = 0) {
        let local = moment.millisecondsSinceEpoch + offsetSeconds * 1000
        let days = local.floorDivided(by: Self.millisecondsPerDay)
        let inDay = Int(local - days * Self.millisecondsPerDay)
        // Days are counted from 0000-03-01, so that a leap day is the last of its year; a cycle is 400 years.
        let shifted = days + 719_468
        let cycle = shifted.floorDivided(by: 146_097)
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5) + 1
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(cycle * 400 + yearOfCycle) + (month <= 2 ? 1 : 0)
        hour = inDay / 3_600_000
        minute = inDay / 60_000 % 60
        second = inDay / 1000 % 60
        millisecond = inDay % 1000
    }

    /// Reads a date and a time of day.
    ///
    /// - Parameters:
    ///   - date: `YYYY-MM-DD`.
    ///   - time: `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`.
    public init?(date: some StringProtocol, time: some StringProtocol) {
        let dateParts = date.split(separator: "-", omittingEmptySubsequences: false).map { Self.number($0) }
        let timeAndFraction = time.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let clock = timeAndFraction.first else { return nil }
        let timeParts = clock.split(separator: ":", omittingEmptySubsequences: false).map { Self.number($0) }
        guard dateParts.count == 3, let year = dateParts[0], let month = dateParts[1], let day = dateParts[2],
            (2...3).contains(timeParts.count), let hour = timeParts[0], let minute = timeParts[1],
            let second = timeParts.count == 3 ? timeParts[2] : 0,
            (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.days(inMonth: month, of: year), (0...23).contains(hour), (0...59).contains(minute),
            (0...60).contains(second)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        millisecond = 0
        guard timeAndFraction.count == 2 else { return }
        let digits = timeAndFraction[1]
        guard timeParts.count == 3, !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let thousandths = Int(digits.prefix(3))
        else { return nil }
        millisecond = thousandths * [1: 100, 2: 10][digits.count, default: 1]
    }

    /// The moment at which a clock shows this.
    ///
    /// - Parameter offsetSeconds: how far that clock is ahead of UTC, in seconds.
    /// - Returns: the moment.
    public func timestamp(offsetSeconds: Int64 = 0) -> Timestamp {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let cycle = shiftedYear.floorDivided(by: 400)
        let yearOfCycle = shiftedYear - cycle * 400
        let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5 + Int64(day) - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        let days = cycle * 146_097 + dayOfCycle - 719_468
        let seconds = days * 86_400 + Int64(hour * 3600 + minute * 60 + second) - offsetSeconds
        return Timestamp(millisecondsSinceEpoch: seconds * 1000 + Int64(millisecond))
    }

    /// `YYYY-MM-DD`.
    public var dateText: String {
        Self.padded(year, to: 4) + "-" + Self.padded(month, to: 2) + "-" + Self.padded(day, to: 2)
    }

    /// `HH:MM:SS`.
    public var timeText: String {
        Self.padded(hour, to: 2) + ":" + Self.padded(minute, to: 2) + ":" + Self.padded(second, to: 2)
    }

    static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Digits only: no sign, no spaces.
    private static func number(_ text: some StringProtocol) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
