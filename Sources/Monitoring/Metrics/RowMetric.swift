import Model

/// A metric that has a line for each row of the statistics.
struct RowMetric: Sendable {
    /// Where a row's lines come from.
    enum Source: Sendable {
        /// A field of the CSV.
        case field(String)
        /// The same in HTTP proxies alone.
        case requests(String)
        /// A field in milliseconds.
        case milliseconds(String)
        /// The fields that count answers by class.
        case responses
        /// The code of the last check, 0 where it has none.
        case checkCode
        /// How long the last check took.
        case checkDuration
        /// A line for each state that the row, or what belongs to it, may be in; none where there is nothing to say.
        case states(@Sendable (StatisticsRow) -> [MetricStates.Count])
    }

    /// Its name after `haproxy_` and the kind of row.
    let name: String
    private let kind: Metric.Kind
    private let scopes: MetricSelection.Scopes
    private let source: Source
    private let help: String

    /// Makes a metric.
    ///
    /// - Parameters:
    ///   - name: its name after `haproxy_` and the kind of row.
    ///   - kind: how it may change.
    ///   - scopes: the kinds of rows that have it.
    ///   - source: where its lines come from.
    ///   - help: what it means.
    init(_ name: String, _ kind: Metric.Kind, of scopes: MetricSelection.Scopes, _ source: Source, _ help: String) {
        self.name = name
        self.kind = kind
        self.scopes = scopes
        self.source = source
        self.help = help
    }

    /// Whether rows of a kind have it.
    ///
    /// - Parameter scope: the kind.
    /// - Returns: whether they do.
    func belongs(to scope: MetricSelection.Scopes) -> Bool { scopes.contains(scope) }

    /// The family of one kind of rows.
    ///
    /// - Parameter prefix: the kind's name.
    /// - Returns: the family.
    func family(_ prefix: String) -> Metric { Metric(name: "haproxy_\(prefix)_\(name)", kind: kind, help: help) }

    /// The lines of a row.
    ///
    /// - Parameter row: the row.
    /// - Returns: its lines; none where the metric does not concern it.
    func samples(of row: StatisticsRow) -> [MetricSample] {
        func one(_ value: MetricValue) -> [MetricSample] { [MetricSample(labels: row.metricLabels, value: value)] }
        switch source {
        case .field(let name): return one(MetricValue(Self.value(of: name, in: row)))
        case .requests(let name):
            return row.proxy.isHTTP ? one(MetricValue(Self.value(of: name, in: row))) : []
        case .milliseconds(let name):
            guard case .number(let number) = Self.value(of: name, in: row) else { return one(.none) }
            return one(.milliseconds(number))
        case .responses:
            guard row.proxy.isHTTP else { return [] }
            return ["1xx", "2xx", "3xx", "4xx", "5xx", "other"].map { kind in
                Self.sample(of: row, "code", kind, MetricValue(Self.value(of: "hrsp_\(kind)", in: row)))
            }
        case .checkCode:
            guard row.check != nil else { return [] }
            guard case .number(let code) = Self.value(of: "check_code", in: row) else { return one(.integer(0)) }
            return one(.integer(code))
        case .checkDuration:
            guard case .number(let duration) = Self.value(of: "check_duration", in: row) else { return [] }
            return one(.milliseconds(duration))
        case .states(let counts):
            return counts(row).map { Self.sample(of: row, "state", $0.state, .integer(Int64($0.count))) }
        }
    }

    private static func sample(
        of row: StatisticsRow, _ label: String, _ name: String, _ value: MetricValue
    ) -> MetricSample {
        MetricSample(labels: row.metricLabels + [MetricSample.Label(name: label, value: name)], value: value)
    }

    private static let fields = Dictionary(
        StatisticsTable.fields.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    private static func value(of name: String, in row: StatisticsRow) -> StatisticsValue {
        guard let field = fields[name] else { preconditionFailure("there is no field '\(name)'") }
        return field.value(in: row, style: StatisticsStyle())
    }
}

extension StatisticsRow {
    /// What tells its lines of a metric from those of other rows.
    fileprivate var metricLabels: [MetricSample.Label] {
        let proxy = MetricSample.Label(name: "proxy", value: proxy.name)
        switch self {
        case .frontend, .backend: return [proxy]
        case .listener(let listener, _): return [proxy, MetricSample.Label(name: "listener", value: listener.name)]
        case .server(let server, _): return [proxy, MetricSample.Label(name: "server", value: server.name)]
        }
    }

    /// Its check, if it is a server that is checked now.
    fileprivate var check: CheckColumns? {
        guard case .server(let server, _) = self else { return nil }
        return CheckColumns(of: server)
    }
}
