import Alerting
import History

extension SupervisorOptions {
    /// What is another in later options, in words.
    ///
    /// - Parameter later: the options that come after these.
    /// - Returns: a sentence for each difference, alerts in the order of the file; empty when there is none.
    public func changes(to later: SupervisorOptions) -> [String] {
        let levels: [(name: String, length: KeyPath<Retention, Duration>)] = [
            ("samples", \.samples), ("minutes", \.minutes), ("hours", \.hours),
        ]
        var changes = levels.compactMap { level -> String? in
            let (before, after) = (retention[keyPath: level.length], later.retention[keyPath: level.length])
            return before == after
                ? nil : "retention: \(level.name) \(Self.words(before)) -> \(Self.words(after))"
        }
        let before = Dictionary(alerts.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for alert in later.alerts {
            guard let earlier = before[alert.name] else {
                changes.append("alert '\(alert.name)' added")
                continue
            }
            if earlier != alert { changes.append("alert '\(alert.name)' changed") }
        }
        let names = Set(later.alerts.map(\.name))
        changes += alerts.filter { !names.contains($0.name) }.map { "alert '\($0.name)' removed" }
        return changes
    }

    /// A length in the largest unit that it is a whole number of.
    private static func words(_ length: Duration) -> String {
        let seconds = length.components.seconds
        let units: [(length: Int64, name: String)] = [(86_400, "d"), (3600, "h"), (60, "m")]
        for unit in units where seconds > 0 && seconds % unit.length == 0 {
            return "\(seconds / unit.length)\(unit.name)"
        }
        return "\(seconds)s"
    }
}
