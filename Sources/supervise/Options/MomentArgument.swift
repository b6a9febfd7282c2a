import ArgumentParser
import Model
import Monitoring

/// A moment as a person gives it: `24h` ago, a date, or RFC 3339.
enum MomentArgument: ExpressibleByArgument, Sendable, Equatable {
    /// So many milliseconds ago.
    case ago(Int64)
    /// What a local clock shows.
    case local(CivilTime)
    /// A moment.
    case at(Timestamp)

    /// Reads a moment.
    ///
    /// - Parameter argument: such as `24h`, `7d`, `2026-11-22`, `2026-11-22 14:30` or `2026-11-22T14:30:00Z`.
    init?(argument: String) {
        if let length = LengthArgument(argument: argument) {
            self = .ago(length.milliseconds)
        } else if let moment = RFC3339.parse(argument) {
            self = .at(moment)
        } else if let day = CivilTime(date: argument, time: "00:00") {
            self = .local(day)
        } else {
            let parts = argument.split(maxSplits: 1) { $0 == " " || $0 == "T" || $0 == "t" }
            guard parts.count == 2, let civil = CivilTime(date: parts[0], time: parts[1]) else { return nil }
            self = .local(civil)
        }
    }

    /// The moment that is meant.
    ///
    /// - Parameters:
    ///   - now: the present.
    ///   - format: knows the local zone.
    /// - Returns: the moment.
    func timestamp(now: Timestamp, format: TimeFormat) -> Timestamp {
        switch self {
        case .ago(let milliseconds): now.advanced(byMilliseconds: -milliseconds)
        case .local(let civil): format.moment(civil)
        case .at(let moment): moment
        }
    }
}

/// A length of time as a person gives it, such as `30s`, `5m`, `24h`, `7d` or `1h30m`.
struct LengthArgument: ExpressibleByArgument, Sendable, Equatable {
    /// The length.
    var milliseconds: Int64

    /// Makes a length.
    ///
    /// - Parameter milliseconds: the length.
    init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads a length.
    ///
    /// - Parameter argument: one or more numbers, each with its unit (`ms s m h d w`).
    init?(argument: String) {
        guard let length = LengthText.milliseconds(argument) else { return nil }
        milliseconds = length
    }
}
