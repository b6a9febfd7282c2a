import Model

/// All metrics of one instance, as `/metrics` gives them.
///
/// - Source: families, labels and order recorded from the exporter of HAProxy 2.6.12.
enum MetricsReport {
    /// The path where metrics are.
    static let path = "/metrics"

    /// Writes them.
    ///
    /// - Parameters:
    ///   - vitals: the instance.
    ///   - process: the process that runs it.
    ///   - selection: which metrics.
    ///   - format: how to write them.
    /// - Returns: the text.
    static func text(
        of vitals: InstanceVitals, _ process: ProcessInformation, _ selection: MetricSelection, as format: MetricFormat
    ) -> String {
        var writer = MetricWriter(format)
        if let snapshot = vitals.snapshot {
            if selection.scopes.contains(.global) { write(snapshot, process, to: &writer) }
            var shown = StatisticsSelection()
            shown.hidesMaintenance = selection.hidesMaintenance
            let rows = StatisticsRow.rows(of: snapshot, shown)
            for (scope, prefix) in kinds where selection.scopes.contains(scope) {
                let rows = rows.filter { $0.metricScope == scope }
                for metric in RowMetrics.all where metric.belongs(to: scope) {
                    writer.write(metric.family(prefix), rows.flatMap(metric.samples))
                }
            }
        }
        if selection.scopes.contains(.own) { OwnMetrics.write(vitals, version: process.version, to: &writer) }
        return writer.finish()
    }

    /// The kinds of rows in HAProxy's order, with what the names of their metrics begin with.
    private static let kinds: [(MetricSelection.Scopes, String)] = [
        (.frontend, "frontend"), (.listener, "listener"), (.backend, "backend"), (.server, "server"),
    ]

    private static func write(
        _ snapshot: InstanceSnapshot, _ process: ProcessInformation, to writer: inout MetricWriter
    ) {
        let fields = Dictionary(
            process.fields(of: snapshot).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        for metric in ProcessMetrics.all {
            if metric.field == "Memmax_bytes" {
                let version = MetricSample.Label(name: "version", value: process.version)
                writer.write(ProcessMetrics.build, [MetricSample(labels: [version], value: .integer(1))])
            }
            writer.write(metric.family, [metric.sample(fields)])
        }
    }
}

extension StatisticsRow {
    /// Which metrics it has.
    fileprivate var metricScope: MetricSelection.Scopes {
        switch self {
        case .frontend: .frontend
        case .listener: .listener
        case .server: .server
        case .backend: .backend
        }
    }
}
