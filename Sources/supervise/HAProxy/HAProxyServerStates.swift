import Model

/// What signals make HAProxy tell of its proxies: SIGHUP how servers and proxies are, SIGUSR1 that the proxies have stopped.
///
/// - Source: recordings of HAProxy 2.6.12.
enum HAProxyServerStates {
    /// The lines about an instance.
    ///
    /// - Parameter snapshot: the instance as it is now; `nil` while it has no worker.
    /// - Returns: the lines in the file's order.
    static func lines(_ snapshot: InstanceSnapshot?) -> [String] {
        var lines = ["SIGHUP received, dumping servers states."]
        for proxy in snapshot?.proxies ?? [] {
            for server in proxy.servers {
                let counters = server.counters
                lines.append(
                    "SIGHUP: Server \(proxy.name)/\(server.name) is \(server.isUsable ? "UP" : "DOWN"). "
                        + "Conn: \(counters.currentSessions) act, \(counters.queueCurrent) pend, "
                        + "\(counters.totalSessions) tot.")
            }
            lines.append("SIGHUP: Proxy \(proxy.name) \(availability(of: proxy)) \(connections(of: proxy))")
        }
        return lines
    }

    /// The lines when an instance stops accepting for good.
    ///
    /// - Parameter snapshot: the instance as it was then; `nil` while it has no worker.
    /// - Returns: the lines in the file's order.
    static func stopLines(_ snapshot: InstanceSnapshot?) -> [String] {
        (snapshot?.proxies ?? []).map { proxy in
            "Proxy \(proxy.name) stopped (cumulated conns: FE: \(proxy.frontend?.totalConnections ?? 0), "
                + "BE: \(proxy.backend?.counters.totalSessions ?? 0))."
        }
    }

    /// The lines when the sessions that a soft stop left are ended.
    ///
    /// - Parameter snapshot: the instance as it was then; `nil` while it has no worker.
    /// - Returns: a line for each proxy that has sessions, in the file's order.
    static func hardStopLines(_ snapshot: InstanceSnapshot?) -> [String] {
        (snapshot?.proxies ?? []).compactMap { proxy in
            let sessions = proxy.frontend?.currentSessions ?? 0
            guard sessions > 0 else { return nil }
            return "Proxy \(proxy.name) hard-stopped (\(sessions) remaining conns will be closed)."
        }
    }

    private static func availability(of proxy: ProxySnapshot) -> String {
        guard let backend = proxy.backend, !proxy.servers.isEmpty else { return "has no servers." }
        if backend.activeServers > 0 {
            return "has \(backend.activeServers) active servers and \(backend.backupServers) backup servers available."
        }
        return backend.backupServers > 0 ? "is running on backup servers !" : "has no server available !"
    }

    private static func connections(of proxy: ProxySnapshot) -> String {
        let (front, back) = (proxy.frontend, proxy.backend?.counters)
        let waiting = back?.queueCurrent ?? 0
        let unassigned = waiting - proxy.servers.reduce(0) { $0 + $1.counters.queueCurrent }
        return "Conn: act(FE+BE): \(front?.currentSessions ?? 0)+\(back?.currentSessions ?? 0), "
            + "\(waiting) pend (\(max(unassigned, 0)) unass), "
            + "tot(FE+BE): \(front?.totalSessions ?? 0)+\(back?.totalSessions ?? 0)."
    }
}

extension ServerSnapshot {
    fileprivate var isUsable: Bool {
        switch state {
        case .up, .drain, .degraded, .stopping: true
        case .down, .maint, .unknown: false
        }
    }
}
