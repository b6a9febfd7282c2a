import Model

/// One row of the statistics: a proxy's frontend side, one of its listening sockets or servers, or its backend side.
///
/// Every output (CSV, the page, the socket) shows the same rows in the same order: by proxy in the file's order, and of each
/// proxy the frontend, then the listening sockets that are counted apart, then the servers, then the backend.
enum StatisticsRow {
    /// The side that accepts.
    case frontend(FrontendSnapshot, of: ProxySnapshot)
    /// One listening socket.
    case listener(ListenerSnapshot, of: ProxySnapshot)
    /// One server.
    case server(ServerSnapshot, of: ProxySnapshot)
    /// The side that connects.
    case backend(BackendSnapshot, of: ProxySnapshot)

    /// The proxy that the row belongs to.
    var proxy: ProxySnapshot {
        switch self {
        case .frontend(_, let proxy), .listener(_, let proxy), .server(_, let proxy), .backend(_, let proxy): proxy
        }
    }

    /// The rows of a snapshot.
    ///
    /// - Parameters:
    ///   - snapshot: the instance at one moment.
    ///   - selection: which of its rows.
    /// - Returns: the rows in the order of the outputs.
    static func rows(of snapshot: InstanceSnapshot, _ selection: StatisticsSelection = StatisticsSelection()) -> [Self]
    {
        snapshot.proxies.filter(selection.includes).flatMap { rows(of: $0, selection) }
    }

    /// The rows of one proxy.
    ///
    /// - Parameters:
    ///   - proxy: the proxy.
    ///   - selection: which of its rows.
    /// - Returns: the rows in the order of the outputs.
    static func rows(of proxy: ProxySnapshot, _ selection: StatisticsSelection = StatisticsSelection()) -> [Self] {
        var rows: [Self] = []
        if let frontend = proxy.frontend, selection.kinds.contains(.frontend) {
            rows.append(.frontend(frontend, of: proxy))
        }
        if let frontend = proxy.frontend, selection.kinds.contains(.listener) {
            rows += frontend.listeners.filter(selection.includes).map { .listener($0, of: proxy) }
        }
        if selection.kinds.contains(.server) {
            rows += proxy.servers.filter(selection.includes).map { .server($0, of: proxy) }
        }
        if let backend = proxy.backend, selection.kinds.contains(.backend) {
            rows.append(.backend(backend, of: proxy))
        }
        return rows
    }
}

/// Which rows an output shows.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show stat`.
struct StatisticsSelection {
    /// Kinds of rows, as the bits of the command's `<type>`.
    struct Kinds: OptionSet {
        let rawValue: Int
        static let frontend = Kinds(rawValue: 1)
        static let backend = Kinds(rawValue: 2)
        static let server = Kinds(rawValue: 4)
        static let listener = Kinds(rawValue: 8)
        static let all: Kinds = [.frontend, .backend, .server, .listener]
    }

    /// Only the proxy with this number.
    var proxyID: Int?
    /// Only proxies whose name contains this, in letters of either case (the page's `scope`).
    var scope: String?
    /// Only proxies with these names (`stats scope`); all when `nil`.
    var proxies: Set<String>?
    /// Only these kinds of rows.
    var kinds = Kinds.all
    /// Only the server or listening socket with this number.
    var serverID: Int?
    /// Whether servers that are down are left out, and those in maintenance with them (`up`).
    var hidesDown = false
    /// Whether servers in maintenance are left out (`no-maint`).
    var hidesMaintenance = false

    /// Whether a backend's status says how many of its servers are up, because not all are shown.
    var countsServers: Bool { hidesDown || hidesMaintenance }

    func includes(_ proxy: ProxySnapshot) -> Bool {
        if let proxyID, proxy.id != proxyID { return false }
        if let proxies, !proxies.contains(proxy.name) { return false }
        if let scope, !scope.isEmpty, !proxy.name.lowercased().contains(scope.lowercased()) { return false }
        return true
    }

    func includes(_ listener: ListenerSnapshot) -> Bool { serverID == nil || listener.id == serverID }

    func includes(_ server: ServerSnapshot) -> Bool {
        if let serverID, server.id != serverID { return false }
        if server.isUnresolved { return !hidesDown && !hidesMaintenance }
        switch server.state {
        case .down: return !hidesDown
        case .maint: return !hidesDown && !hidesMaintenance
        case .up, .drain, .degraded, .stopping, .unknown: return true
        }
    }
}
