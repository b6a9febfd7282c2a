/// One family of metrics: a name, what it means, and how it may change.
///
/// - Source: Prometheus exposition formats, text version 0.0.4; OpenMetrics 1.0.0.
struct Metric: Sendable {
    /// How a metric may change.
    enum Kind: String, Sendable {
        /// It only grows, until the process begins anew.
        case counter
        /// It goes up and down.
        case gauge
        /// It counts events by their size.
        case histogram
        /// A counter whose name does not end as those of counters do.
        case untyped
    }

    /// The whole name; that of a counter ends with `_total`.
    var name: String
    /// How it may change.
    var kind: Kind
    /// What it means, in one line.
    var help: String
}

/// One line of a metric.
struct MetricSample: Sendable, Equatable {
    /// A label's name and value.
    struct Label: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// What follows the metric's name, such as `_bucket`.
    var suffix = ""
    /// What tells it from the metric's other lines.
    var labels: [Label] = []
    /// How much.
    var value: MetricValue
}

/// What a line of a metric says.
enum MetricValue: Sendable, Equatable {
    /// A whole number.
    case integer(Int64)
    /// A time, which is written in seconds.
    case milliseconds(Int64)
    /// The same, measured more finely.
    case nanoseconds(Int64)
    /// There is none for this row.
    case none

    /// A number where there is one.
    ///
    /// - Parameter value: what the statistics say.
    init(_ value: StatisticsValue) {
        switch value {
        case .number(let number): self = .integer(number)
        case .absent, .text: self = .none
        }
    }
}
