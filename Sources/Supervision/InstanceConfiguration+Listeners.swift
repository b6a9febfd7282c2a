import Configuration
import Model

// Who serves which address of a configuration: the worker, or the surface.

extension InstanceConfiguration {
    /// The indices of the proxies that serve statistics.
    var statisticsProxies: [Int] { proxies.indices.filter { proxies[$0].servesStatistics } }

    /// Where sessions are accepted, as `supervise status` shows it.
    var relayAddresses: [String] {
        proxies.filter(\.acceptsSessions).flatMap { $0.binds.map(\.address.description) }
    }

    /// All servers with the names that history and orders know them by, in the file's order.
    var identifiedServers: [(identity: ServerIdentity, server: ServerConfiguration)] {
        proxies.filter(\.hasBackend).flatMap { proxy in
            proxy.presentServers.map { (ServerIdentity(instance: name, proxy: proxy.name, server: $0.name), $0) }
        }
    }
}

extension Duration {
    /// Rounded down.
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
