import Configuration

/// Whether the sessions that the files allow have descriptors enough, which is said when they haven't.
///
/// Each session takes two, one for its client and one for its server. A file that says nothing of `maxconn` promises nothing.
struct DescriptorBudget: Sendable {
    /// What a session takes.
    static let perSession = 2
    /// What a supervisor has open besides: history, control socket, loops, logs.
    static let besides = 64

    /// How many descriptors the process may have.
    var limit: Int
    /// The instances' configurations.
    var configurations: [InstanceConfiguration]

    /// What is to be said; `nil` when all fit.
    var warning: String? {
        let sessions = configurations.reduce(0) { $0 + $1.promisedSessions }
        let others = Self.besides + configurations.reduce(0) { $0 + $1.otherDescriptors }
        let needed = sessions * Self.perSession + others
        guard sessions > 0, needed > limit else { return nil }
        let fitting = max(0, (limit - others) / Self.perSession)
        return
            "maxconn allows \(sessions) sessions, which take \(needed) open files, and this process may have \(limit): "
            + "about \(fitting) would fit (raise the limit with 'ulimit -n' or LimitNOFILE, or lower maxconn)"
    }
}

extension InstanceConfiguration {
    /// How many sessions it may have at once, as far as its file says.
    fileprivate var promisedSessions: Int {
        let frontends = proxies.filter(\.acceptsSessions).map(\.maxconn)
        let sum = frontends.filter { $0 < GlobalConfiguration.maxconnWithoutSetting }.reduce(0, +)
        guard let maxconn = global.maxconn else { return sum }
        return frontends.contains { $0 >= GlobalConfiguration.maxconnWithoutSetting } ? maxconn : min(maxconn, sum)
    }

    /// Its listening sockets, twice for the moment of a reload, its checks, and its peers.
    fileprivate var otherDescriptors: Int {
        2 * proxies.reduce(0) { $0 + $1.binds.count } + proxies.reduce(0) { $0 + $1.servers.count }
            + 2 * peers.reduce(0) { $0 + $1.binds.count + $1.peers.count }
    }
}
