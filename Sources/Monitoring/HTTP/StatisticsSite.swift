import AccessLog
import Configuration

/// One statistics address: what is there, and who may have it.
///
/// Decides without knowing sockets: the responder carries it out.
///
/// - Source: HAProxy 2.6 configuration manual, `http-request`, `stats http-request`, `stats auth`, `stats admin`; the rest
///   recorded from 2.6.12: the page's address is a prefix of the path, options follow in any order after it, and what is no
///   GET, HEAD or POST goes to the (absent) server.
struct StatisticsSite: Sendable {
    /// The name under which `stats auth` users are a list; no section can have it.
    static let ownList = ""

    /// What a client gets.
    enum Answer: Equatable {
        /// Nothing: only a server could answer, and there is none.
        case notServed
        /// A refusal by a rule.
        case forbidden
        /// The question for a user's name and password.
        case needsPassword(realm: String)
        /// A refusal of what is no request.
        case malformed
        /// The metrics.
        case metrics(MetricSelection)
        /// The page, or what it exports.
        case view(StatisticsView)
        /// A change, if the view says that this client may have it.
        case change(StatisticsView)
    }

    private let proxy: ProxyConfiguration
    /// The userlists that its rules ask.
    let userlists: [UserlistConfiguration]

    /// Describes an address.
    ///
    /// - Parameters:
    ///   - proxy: the proxy whose address it is.
    ///   - userlists: all of the file.
    init(_ proxy: ProxyConfiguration, userlists: [UserlistConfiguration]) {
        self.proxy = proxy
        let stats = proxy.stats ?? StatsConfiguration()
        let conditions = (proxy.requestRules + stats.rules).compactMap(\.condition) + stats.administration
        let names = conditions.reduce(into: Set<String>()) { $0.formUnion($1.userlists) }
        self.userlists = userlists.filter { names.contains($0.name) } + Self.own(stats, at: proxy.location)
    }

    private static func own(_ stats: StatsConfiguration, at location: SourceLocation) -> [UserlistConfiguration] {
        guard !stats.users.isEmpty else { return [] }
        var list = UserlistConfiguration(name: ownList, location: location)
        list.users = stats.users.map { .init(name: $0.name, password: .plain($0.password)) }
        return [list]
    }

    /// Whether the statistics or the metrics are what a request is about, whoever sends it.
    ///
    /// - Parameters:
    ///   - method: its method, in capitals.
    ///   - target: the path with what follows it, or a whole URI.
    /// - Returns: which of them answers.
    func answerer(of method: String, _ target: String) -> HTTPLogRecord.Answerer {
        let facts = RequestFacts(method: method, url: Self.url(of: target))
        let servesByRule = proxy.requestRules.contains { $0.action == .serveMetrics && $0.applies(to: facts) }
        return isMetrics(facts) || servesByRule ? .metrics : isPage(facts) ? .statistics : .nobody
    }

    /// Decides about a request.
    ///
    /// - Parameter request: the request, with the groups of its user in `userlists`.
    /// - Returns: what the client gets.
    func answer(to request: RequestFacts) -> Answer {
        rules: for rule in proxy.requestRules where rule.applies(to: request) {
            switch rule.action {
            case .allow: break rules
            case .deny: return .forbidden
            case .authenticate(let realm): return .needsPassword(realm: realm ?? proxy.name)
            case .serveMetrics: return metrics(request)
            }
        }
        let wantsMetrics = isMetrics(request)
        guard wantsMetrics || isPage(request) else { return .notServed }
        let stats = proxy.stats ?? StatsConfiguration()
        if let refusal = refusal(of: request, stats) { return refusal }
        if wantsMetrics { return metrics(request) }
        var view = StatisticsView(request.url.dropFirst(stats.uri.count))
        view.mayChange = stats.administration.contains { $0.holds(for: request) }
        guard request.method == "POST" else { return .view(view) }
        view.mayChange = view.mayChange && isSameSite(request)
        return .change(view)
    }

    private func refusal(of request: RequestFacts, _ stats: StatsConfiguration) -> Answer? {
        if let rule = stats.rules.first(where: { $0.applies(to: request) }) {
            switch rule.action {
            case .allow: return nil
            case .deny: return .forbidden
            case .authenticate(let realm): return .needsPassword(realm: realm ?? stats.realm)
            case .serveMetrics: preconditionFailure("'stats http-request' has no such action")
            }
        }
        guard !stats.users.isEmpty, request.groups[Self.ownList] == nil else { return nil }
        return .needsPassword(realm: stats.realm)
    }

    /// A browser that another site makes send a form says so; programs such as curl say nothing, and may.
    ///
    /// - Source: the Fetch standard, `Origin`; Fetch Metadata Request Headers, `Sec-Fetch-Site`.
    private func isSameSite(_ request: RequestFacts) -> Bool {
        func header(_ name: String) -> String? { request.headers.first { $0.name == name }?.value }
        if let site = header("sec-fetch-site"), site != "same-origin", site != "none" { return false }
        guard let origin = header("origin") else { return true }
        guard let scheme = origin.firstRange(of: "://"), let host = header("host") else { return false }
        return origin[scheme.upperBound...].lowercased() == host.lowercased()
    }

    // MARK: Addresses

    private func isPage(_ request: RequestFacts) -> Bool {
        guard let stats = proxy.stats, ["GET", "HEAD", "POST"].contains(request.method) else { return false }
        return request.url.hasPrefix(stats.uri)
    }

    /// Where no rule says where metrics are, they are at a path of their own; a page that is asked for by that very path
    /// goes before them.
    private func isMetrics(_ request: RequestFacts) -> Bool {
        guard !proxy.servesMetricsByRule, request.path == MetricsReport.path else { return false }
        return proxy.stats?.uri.hasPrefix(MetricsReport.path) != true
            && ["GET", "HEAD", "POST"].contains(request.method)
    }

    private func metrics(_ request: RequestFacts) -> Answer {
        let query = request.url.dropFirst(request.path.count).dropFirst()
        return MetricSelection(query: query).map { .metrics($0) } ?? .malformed
    }

    /// The path of a target, which may be a whole URI, with all that follows it.
    ///
    /// - Parameter target: as the request has it.
    /// - Returns: such as `/stats;csv`.
    static func url(of target: String) -> String {
        guard let scheme = target.firstRange(of: "://"), !target.hasPrefix("/") else { return target }
        let rest = target[scheme.upperBound...]
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? ""
    }
}
