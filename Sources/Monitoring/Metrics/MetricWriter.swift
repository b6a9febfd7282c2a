/// A form in which Prometheus reads metrics.
enum MetricFormat: Sendable {
    /// Text version 0.0.4, which everybody reads and HAProxy writes.
    case text
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// Chooses what a client likes best.
    ///
    /// - Parameter accept: the request's header of that name.
    /// - Source: RFC 9110, section 12.5.1.
    init(accept: String?) {
        var (text, open) = (0.0, 0.0)
        for range in (accept ?? "").lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            switch parts.first {
            case "application/openmetrics-text": open = max(open, weight)
            case "text/plain", "text/*", "*/*": text = max(text, weight)
            default: continue
            }
        }
        self = open > 0 && open >= text ? .openMetrics : .text
    }

    /// The answer's content type.
    var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}

/// Writes metrics, family by family.
struct MetricWriter {
    private let format: MetricFormat
    private(set) var text = ""

    /// Begins without metrics.
    ///
    /// - Parameter format: how to write them.
    init(_ format: MetricFormat) { self.format = format }

    /// Writes one family; one without lines is left out, as HAProxy does.
    ///
    /// - Parameters:
    ///   - metric: what it is.
    ///   - samples: its lines.
    mutating func write(_ metric: Metric, _ samples: [MetricSample]) {
        // OpenMetrics knows no counter that is no number, and whoever reads it takes a missing line for that.
        let samples = format == .openMetrics ? samples.filter { $0.value != .none } : samples
        guard !samples.isEmpty else { return }
        let family = familyName(of: metric)
        text += "# HELP \(family) \(Self.escaped(metric.help, quotes: format == .openMetrics))\n"
        text += "# TYPE \(family) \(typeName(of: metric.kind))\n"
        for sample in samples {
            text += metric.name + sample.suffix
            if !sample.labels.isEmpty {
                let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
                text += "{" + labels.joined(separator: ",") + "}"
            }
            text += " \(Self.number(sample.value))\n"
        }
    }

    /// Ends the text.
    ///
    /// - Returns: all of it.
    consuming func finish() -> String { format == .openMetrics ? text + "# EOF\n" : text }

    private func familyName(of metric: Metric) -> String {
        let end = "_total"
        guard format == .openMetrics, metric.kind == .counter, metric.name.hasSuffix(end) else { return metric.name }
        return String(metric.name.dropLast(end.count))
    }

    private func typeName(of kind: Metric.Kind) -> String {
        format == .openMetrics && kind == .untyped ? "unknown" : kind.rawValue
    }

    private static func number(_ value: MetricValue) -> String {
        switch value {
        case .integer(let number): "\(number)"
        case .milliseconds(let number): seconds(number, digits: 3) + "000"
        case .nanoseconds(let number): seconds(number, digits: 9)
        case .none: "NaN"
        }
    }

    private static func seconds(_ number: Int64, digits: Int) -> String {
        let all = String(number.magnitude)
        let padded = String(repeating: "0", count: max(0, digits + 1 - all.count)) + all
        return (number < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.append(character)
            }
        }
        return result
    }
}
