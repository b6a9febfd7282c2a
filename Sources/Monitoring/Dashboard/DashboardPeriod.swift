import Model

/// How far back the dashboard looks.
enum DashboardPeriod: String, CaseIterable, Sendable {
    case hour = "1h"
    case day = "24h"
    case week = "7d"
    case month = "30d"
    case quarter = "90d"

    /// How many parts of a lane can be told apart.
    private static let partsOfLane: Int64 = 720
    private static let minute: Int64 = 60_000

    /// How long it is.
    var milliseconds: Int64 {
        switch self {
        case .hour: 60 * Self.minute
        case .day: 1440 * Self.minute
        case .week: 7 * 1440 * Self.minute
        case .month: 30 * 1440 * Self.minute
        case .quarter: 90 * 1440 * Self.minute
        }
    }

    /// What is shorter is not told apart where there is much of it.
    var finestMilliseconds: Int64 { milliseconds / Self.partsOfLane }

    /// How much time one point of a chart stands for: whole units of the levels at which session counts are kept.
    var bucketMilliseconds: Int64 {
        switch self {
        case .hour: Self.minute
        case .day: 20 * Self.minute
        case .week: 120 * Self.minute
        case .month: 720 * Self.minute
        case .quarter: 1440 * Self.minute
        }
    }

    /// How far the marks of the axis are apart.
    var tickMilliseconds: Int64 {
        switch self {
        case .hour: 10 * Self.minute
        case .day: 180 * Self.minute
        case .week: 1440 * Self.minute
        case .month: 5 * 1440 * Self.minute
        case .quarter: 15 * 1440 * Self.minute
        }
    }

    /// Whether the axis shows days rather than times of day.
    var isInDays: Bool {
        switch self {
        case .hour, .day: false
        case .week, .month, .quarter: true
        }
    }

    /// In words.
    var title: String {
        switch self {
        case .hour: "1 hour"
        case .day: "24 hours"
        case .week: "7 days"
        case .month: "30 days"
        case .quarter: "90 days"
        }
    }
}

/// A period on the axis that all lanes of a page share.
struct DashboardSpan: Sendable, Hashable {
    /// Its beginning.
    let since: Timestamp
    /// Its end.
    let until: Timestamp

    /// The time that a page shows.
    ///
    /// - Parameters:
    ///   - period: how far it looks back.
    ///   - now: from when.
    init(_ period: DashboardPeriod, now: Timestamp) {
        since = now.advanced(byMilliseconds: -period.milliseconds)
        until = now
    }

    /// How long it is.
    var milliseconds: Int64 { until.millisecondsSinceEpoch - since.millisecondsSinceEpoch }

    /// Where a moment is on the axis, 0 to 1; moments outside are at its ends.
    func position(of moment: Timestamp) -> Double {
        min(1, max(0, Double(moment.millisecondsSinceEpoch - since.millisecondsSinceEpoch) / Double(milliseconds)))
    }
}
