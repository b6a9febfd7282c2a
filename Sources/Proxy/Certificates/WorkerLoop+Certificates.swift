import Configuration
import Model
import TLS

extension WorkerRequest where Answer == ActResult {
    /// Lets the worker show the certificates of another configuration to those who connect from now on; nothing else of it
    /// is looked at.
    ///
    /// - Parameter next: the configuration.
    /// - Returns: the request.
    public static func certificates(of next: InstanceConfiguration) -> Self {
        Self(isForAllThreads: true) { $0.show(next) }
    }
}

extension WorkerRequest where Answer == Int {
    /// How many sessions have more to move than one turn's share.
    public static var unfinishedSessions: Self { Self { $0.unfinished.count } }
}

/// Certificates in the place of others, while sessions go on with those that they began with.
extension WorkerLoop {
    fileprivate func show(_ next: InstanceConfiguration) -> ActResult {
        guard stopping == nil, next.proxies.count == configuration.proxies.count else { return .refused(.notRunning) }
        forgetReplacedListeners()
        for (index, proxy) in next.proxies.enumerated() {
            let old = configuration.proxies[index].binds
            for (before, bind) in zip(old, proxy.binds) where before.tls !== bind.tls {
                if let listener = before.tls { replacedListeners.append(listener) }
            }
            configuration.proxies[index].binds = proxy.binds
            configuration.proxies[index].servers = proxy.servers
            frontends[index]?.reconfigure(as: configuration.proxies[index])
            guard let backend = backends[index] else { continue }
            backend.take(proxy.servers)
            for server in backend.namedServers {
                guard let line = proxy.servers.first(where: { $0.name == server.configuration.name && !$0.isRemoved })
                else { continue }
                server.takeTLS(of: line)
            }
        }
        return .done
    }

    /// Lets listeners go that no handshake can still ask for a certificate.
    private func forgetReplacedListeners() {
        guard !replacedListeners.isEmpty else { return }
        var isShaking = false
        sessions.forEach { if $0.pointee.phase == .handshaking { isShaking = true } }
        if !isShaking { replacedListeners = [] }
    }
}
