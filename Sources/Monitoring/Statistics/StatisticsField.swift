import Model

/// What one field of one row holds.
enum StatisticsValue: Hashable {
    /// The field means nothing for that row.
    case absent
    /// A number.
    case number(Int64)
    /// Words.
    case text(String)

    /// A number.
    static func count(_ value: some BinaryInteger) -> Self { .number(Int64(value)) }

    /// A number where there is one.
    static func count(_ value: (some BinaryInteger)?) -> Self { value.map { .number(Int64($0)) } ?? .absent }

    /// Words where there are some.
    static func words(_ value: String?) -> Self {
        guard let value, !value.isEmpty else { return .absent }
        return .text(value)
    }
}

/// How an output wants its fields.
struct StatisticsStyle {
    /// Whether addresses and algorithms are shown, which the page does only with `stats show-legends`.
    var showsLegends = true
    /// Whether a backend's status says how many servers are up.
    var countsServers = false
}

/// One field of the statistics: its name and where each kind of row has it from.
///
/// All outputs are made from one table of these, so that a field has one meaning everywhere.
struct StatisticsField: Sendable {
    /// Where a value of a row comes from.
    typealias Source<Side> = @Sendable (Side, ProxySnapshot, StatisticsStyle) -> StatisticsValue

    /// The name in the CSV header.
    let name: String
    private let frontend: Source<FrontendSnapshot>?
    private let listener: Source<ListenerSnapshot>?
    private let server: Source<ServerSnapshot>?
    private let backend: Source<BackendSnapshot>?

    /// Makes a field; a kind of row without a source leaves it empty.
    init(
        _ name: String, frontend: Source<FrontendSnapshot>? = nil, listener: Source<ListenerSnapshot>? = nil,
        server: Source<ServerSnapshot>? = nil, backend: Source<BackendSnapshot>? = nil
    ) {
        self.name = name
        self.frontend = frontend
        self.listener = listener
        self.server = server
        self.backend = backend
    }

    /// What the field holds in a row.
    ///
    /// - Parameters:
    ///   - row: the row.
    ///   - style: how the output wants it.
    /// - Returns: the value, `.absent` where the field means nothing.
    func value(in row: StatisticsRow, style: StatisticsStyle) -> StatisticsValue {
        switch row {
        case .frontend(let side, let proxy): frontend?(side, proxy, style) ?? .absent
        case .listener(let side, let proxy): listener?(side, proxy, style) ?? .absent
        case .server(let side, let proxy): server?(side, proxy, style) ?? .absent
        case .backend(let side, let proxy): backend?(side, proxy, style) ?? .absent
        }
    }
}

extension StatisticsField {
    /// A field that holds the same in all rows.
    static func everywhere(_ name: String, _ value: StatisticsValue) -> Self {
        Self(
            name, frontend: { _, _, _ in value }, listener: { _, _, _ in value }, server: { _, _, _ in value },
            backend: { _, _, _ in value })
    }

    /// A field of servers and backends alike.
    static func counted(_ name: String, _ value: @escaping @Sendable (BackendCounters) -> StatisticsValue) -> Self {
        Self(name, server: { side, _, _ in value(side.counters) }, backend: { side, _, _ in value(side.counters) })
    }

    /// A field of proxies that is always 0, because what it counts does not exist here.
    ///
    /// - Parameters:
    ///   - name: the field's name.
    ///   - inServers: whether servers and listening sockets show the 0 as well.
    /// - Returns: the field.
    static func zeroInProxies(_ name: String, inServers: Bool = false) -> Self {
        Self(
            name, frontend: { _, _, _ in .number(0) },
            listener: { _, _, _ in inServers ? .number(0) : .absent },
            server: { _, _, _ in inServers ? .number(0) : .absent }, backend: { _, _, _ in .number(0) })
    }
}
