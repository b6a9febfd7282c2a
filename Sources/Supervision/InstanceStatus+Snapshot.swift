import Model

extension InstanceStatus {
    /// Fills in the counts from what a worker shows.
    ///
    /// Sessions are those of the proxies that relay; who looks at a statistics page is no session of the instance.
    ///
    /// - Parameter snapshot: what the worker shows.
    mutating func count(_ snapshot: InstanceSnapshot) {
        let servers = snapshot.proxies.flatMap(\.servers)
        self.servers = servers.count
        serversUp = servers.count(where: \.isUsable)
        isOnBackup = snapshot.proxies.contains(where: \.isOnBackup)
        proxiesWithoutServer = snapshot.proxies.filter(\.isWithoutServer).map(\.name)
        warnings = snapshot.certificates.compactMap { $0.warning(at: snapshot.at) }
        longTurns = Int(snapshot.turns.long)
        isHeld = snapshot.proxies.contains { $0.backend?.isHeld == true }
        sessions = snapshot.proxies.filter { !$0.isHTTP }.reduce(0) { $0 + ($1.frontend?.currentSessions ?? 0) }
    }
}

extension ServerSnapshot {
    /// Whether it takes new sessions, or could as a backup.
    fileprivate var isUsable: Bool {
        switch state {
        case .up, .degraded: true
        case .unknown, .down, .drain, .stopping, .maint: false
        }
    }
}

extension ProxySnapshot {
    /// Whether it has servers, of which none takes traffic.
    fileprivate var isWithoutServer: Bool { !servers.isEmpty && backend?.isUp == false }

    /// Whether no active server takes traffic while a backup does.
    fileprivate var isOnBackup: Bool {
        backend?.isHeld == true
            || servers.contains { $0.isBackup && $0.isUsable } && !servers.contains { !$0.isBackup && $0.isUsable }
    }
}
