/// Which metrics a client asks for.
///
/// - Source: HAProxy 2.6's exporter: `scope` may be given several times, an empty one takes back those before it; the rest
///   recorded from 2.6.12.
struct MetricSelection: Equatable, Sendable {
    /// What metrics are about.
    struct Scopes: OptionSet, Sendable {
        let rawValue: Int
        /// The process.
        static let global = Scopes(rawValue: 1)
        /// Accepting sides.
        static let frontend = Scopes(rawValue: 2)
        /// Listening sockets that are counted apart.
        static let listener = Scopes(rawValue: 4)
        /// Connecting sides.
        static let backend = Scopes(rawValue: 8)
        /// Servers.
        static let server = Scopes(rawValue: 16)
        /// What only this program has.
        static let own = Scopes(rawValue: 32)
        /// All there is.
        static let all: Scopes = [.global, .frontend, .listener, .backend, .server, .own]
        /// The kinds of rows of the statistics.
        static let everywhere: Scopes = [.frontend, .listener, .backend, .server]
        /// Those that accept.
        static let accepting: Scopes = [.frontend, .listener]
        /// Those that connect.
        static let connecting: Scopes = [.backend, .server]
        /// Both sides of a proxy.
        static let proxies: Scopes = [.frontend, .backend]
    }

    /// What is shown.
    var scopes = Scopes.all
    /// Whether servers in maintenance are left out.
    var hidesMaintenance = false

    /// All metrics.
    init() {}

    /// Reads a request's query; `nil` when it asks for something that there isn't.
    ///
    /// - Parameter query: what follows the question mark.
    init?(query: some StringProtocol) {
        var chosen: Scopes?
        for parameter in query.split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch parts[0] {
            case "no-maint": hidesMaintenance = true
            case "scope":
                guard parts.count == 2 else { return nil }
                switch parts[1] {
                case "": chosen = []
                case "*": chosen = .all
                case "global": chosen = (chosen ?? []).union(.global)
                case "frontend": chosen = (chosen ?? []).union(.frontend)
                case "listener": chosen = (chosen ?? []).union(.listener)
                case "backend": chosen = (chosen ?? []).union(.backend)
                case "server": chosen = (chosen ?? []).union(.server)
                case "supervise": chosen = (chosen ?? []).union(.own)
                case "sticktable": chosen = chosen ?? []
                default: return nil
                }
            default: continue
            }
        }
        scopes = chosen ?? .all
    }
}
