import Configuration
import Model
import Proxy

/// What a new worker is told of the servers that an earlier one knew.
enum Inheritance {
    /// Chooses what still holds under another configuration.
    ///
    /// What the checks found, and the address that its name had, hold while the file's address is the same; a weight that
    /// a person gave it holds while the file's weight is the same. What a person ordered holds for as long as there is a
    /// server of that name, and so do its counters; of a server without orders, the file says whether it is in maintenance (`disabled`).
    ///
    /// - Parameters:
    ///   - known: what the earlier worker knew; nothing when it crashed.
    ///   - ordered: what persons ordered.
    ///   - last: what the earlier worker ran.
    ///   - next: what the new one is to run.
    /// - Returns: an entry for each server of which something is known.
    static func select(
        from known: [ServerIdentity: InheritedServer], ordered: [ServerIdentity: AdministrativeState],
        last: InstanceConfiguration?, next: InstanceConfiguration
    ) -> [ServerIdentity: InheritedServer] {
        let lastServers = Dictionary(
            (last?.identifiedServers ?? []).map { ($0.identity, $0.server) }, uniquingKeysWith: { first, _ in first })
        var inherited: [ServerIdentity: InheritedServer] = [:]
        for (identity, server) in next.identifiedServers {
            guard known[identity] != nil || ordered[identity] != nil else { continue }
            let isSameServer = lastServers[identity]?.address == server.address
            var entry = isSameServer ? known[identity] ?? .nothingKnown : .nothingKnown
            entry.counts = known[identity]?.counts
            entry.weight = lastServers[identity]?.weight == server.weight ? known[identity]?.weight : nil
            entry.administrative = ordered[identity] ?? (server.isDisabled ? .maint : .ready)
            inherited[identity] = entry
        }
        return inherited
    }
}

extension InheritedServer {
    fileprivate static let nothingKnown = InheritedServer(
        operational: nil, administrative: .ready, health: 0, lastCheck: nil, since: nil)
}
