import Model

extension ProxyConfiguration {
    /// Its servers without those that a command has taken away.
    public var presentServers: [ServerConfiguration] { servers.filter { !$0.isRemoved } }

    /// Whether its algorithm lets servers come while it runs.
    fileprivate var takesServers: Bool {
        guard dispatch == nil, !isDisabled else { return false }
        switch balance {
        case .roundRobin, .leastConnections, .first, .random: return true
        case .source: return hashing.method == .consistent
        case .staticRoundRobin: return false
        }
    }
}

/// What runs once a command has added a server.
public struct AddedServer: Sendable {
    /// All that runs then.
    public var configuration: InstanceConfiguration
    /// The index of its proxy.
    public var proxy: Int
    /// Its place among the proxy's servers: a new one at the end, or that of one of its number that is no more.
    public var place: Int

    /// The server.
    public var server: ServerConfiguration { configuration.proxies[proxy].servers[place] }
}

/// Servers that come and go by commands.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `add server`, `del server`; texts, and the order in which mistakes
///   are found, recorded from 2.6.12.
extension InstanceConfiguration {
    /// Most servers of a proxy, those included that commands have taken away and whose numbers nobody has got since.
    public static let mostDynamicServers = 1 << 14

    /// Adds a server.
    ///
    /// - Parameters:
    ///   - line: what follows `server` in a file.
    ///   - backend: the backend's name.
    /// - Returns: what runs then.
    /// - Throws: why it can't be added.
    public func adding(_ line: [String], toBackend backend: String) throws(ActRefusal) -> AddedServer {
        guard let proxy = proxies.firstIndex(where: { $0.name == backend && $0.hasBackend }) else {
            throw .invalid("No such backend.")
        }
        guard proxies[proxy].takesServers else {
            throw .invalid("Backend must use a dynamic load balancing to support dynamic servers.")
        }
        let server = try DynamicServerReader(self, proxy: proxy).read(line)
        var configuration = self
        let freed = proxies[proxy].servers.firstIndex { $0.isRemoved && $0.id == server.id }
        if let freed {
            configuration.proxies[proxy].servers[freed] = server
        } else {
            guard proxies[proxy].servers.count < Self.mostDynamicServers else {
                throw .invalid("Too many servers have come and gone; reload the instance first.\n")
            }
            configuration.proxies[proxy].servers.append(server)
        }
        let place = freed ?? configuration.proxies[proxy].servers.count - 1
        return AddedServer(configuration: configuration, proxy: proxy, place: place)
    }

    /// Takes a server away.
    ///
    /// - Parameter identity: the server.
    /// - Returns: what runs then.
    /// - Throws: why it has to stay, as far as that is a matter of the configuration.
    public func removing(_ identity: ServerIdentity) throws(ActRefusal) -> InstanceConfiguration {
        guard let proxy = proxies.firstIndex(where: { $0.name == identity.proxy && $0.hasBackend }) else {
            throw .invalid("No such backend.")
        }
        guard
            let place = proxies[proxy].servers.firstIndex(where: { $0.name == identity.server && !$0.isRemoved })
        else { throw .invalid("No such server.") }
        guard !isPointedAt(ServerReference(proxy: proxy, server: place)) else {
            throw .invalid(
                "This server cannot be removed at runtime due to other configuration elements pointing to it.")
        }
        var configuration = self
        configuration.proxies[proxy].servers[place].isRemoved = true
        return configuration
    }

    /// Whether something else names a server: then that one stays, also when those that did have gone.
    private func isPointedAt(_ server: ServerReference) -> Bool {
        let line = proxies[server.proxy].servers[server.server]
        switch line.address {
        case .service: return true
        case .name where line.resolution.resolvers != nil: return true
        case .name, .ip, .unix, .abstract, .destination: break
        }
        if proxies.contains(where: { $0.servers.contains { $0.tracks == server } }) { return true }
        if proxies[server.proxy].rules.servers.contains(where: { $0.server == server.server }) { return true }
        return ruleTests.contains { test in
            guard case .live(.server(_, let proxy, let place)) = test.sample.fetch else { return false }
            return ServerReference(proxy: proxy, server: place) == server
        }
    }
}
