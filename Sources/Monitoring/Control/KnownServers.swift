import History
import Model

/// The servers that have a history, and which of them a person means.
public struct KnownServers: Sendable {
    /// A name that is not in the history.
    public struct NotFound: Error, Sendable, Equatable {
        /// `server` or `instance`.
        public var kind: String
        /// The name as given.
        public var name: String
        /// The closest name, if one is close.
        public var suggestion: String?
    }

    private let servers: [ServerIdentity]

    /// Keeps the names.
    ///
    /// - Parameters:
    ///   - servers: all servers that the history knows.
    ///   - withProxies: whether `FRONTEND` and `BACKEND` name something, as they do among session counts.
    public init(_ servers: [ServerIdentity], withProxies: Bool = false) {
        var servers = servers
        if withProxies {
            for proxy in Set(servers.map { [$0.instance, $0.proxy] }) {
                for name in [SessionSample.frontendName, SessionSample.backendName] {
                    servers.append(ServerIdentity(instance: proxy[0], proxy: proxy[1], server: name))
                }
            }
        }
        self.servers = servers
    }

    /// Makes sure that a question names something.
    ///
    /// - Parameters:
    ///   - server: `SERVER`, `PROXY/SERVER` or `INSTANCE/PROXY/SERVER`.
    ///   - instance: the only instance asked for.
    /// - Throws: `NotFound` for a name that matches nothing.
    public func check(server: String?, instance: String?) throws(NotFound) {
        if let instance, !servers.contains(where: { $0.instance == instance }) {
            throw NotFound(
                kind: "instance", name: instance,
                suggestion: Suggestion.closest(to: instance, among: servers.map(\.instance)))
        }
        guard let server else { return }
        let parts = server.split(separator: "/", omittingEmptySubsequences: false)
        let candidates = servers.filter { instance == nil || $0.instance == instance }
        let names = candidates.compactMap { Self.names($0, parts.count)?.joined(separator: "/") }
        guard !names.contains(server) else { return }
        throw NotFound(kind: "server", name: server, suggestion: Suggestion.closest(to: server, among: names))
    }

    /// The last `count` of a server's three names.
    private static func names(_ server: ServerIdentity, _ count: Int) -> ArraySlice<Substring>? {
        guard (1...3).contains(count) else { return nil }
        return [server.instance[...], server.proxy[...], server.server[...]].suffix(count)
    }
}
