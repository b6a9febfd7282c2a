import Configuration
import EventLoop
import Model

/// Servers as `show servers state` tells of them.
extension WorkerRequest where Answer == [ServerStateSnapshot] {
    /// All servers, or those of one backend, in the file's order.
    ///
    /// - Parameter backend: the backend's name; `nil` for all.
    /// - Returns: the request.
    public static func serverStates(of backend: String? = nil) -> Self {
        Self { loop in
            loop.backends.compactMap { $0 }.filter { backend == nil || $0.configuration.name == backend }.flatMap {
                backend in
                backend.namedPlaces.map { loop.state(of: $0, in: backend) }
            }
        }
    }
}

extension WorkerLoop {
    fileprivate func state(of index: Int, in backend: Backend) -> ServerStateSnapshot {
        let server = backend.servers[index]
        let configuration = server.configuration
        var state = ServerStateSnapshot(
            backend.snapshot(of: index, at: now), backend: backend.configuration.name,
            backendID: backend.configuration.id)
        state.hasGivenBackendID = backend.configuration.hasGivenID
        state.hasGivenID = configuration.hasGivenID
        state.isDisabledInFile = configuration.isDisabled && !configuration.awaitsOrder
        state.usesTLS = configuration.tls != nil
        state.beganInService = !configuration.isDynamic || !configuration.isDisabled
        state.hasCheck = server.check != nil
        state.checkPort = (server.orderedCheck.port ?? configuration.check?.port).map(Int.init) ?? 0
        state.checkAddress = server.orderedCheck.host ?? configuration.check?.address
        state.hasAgent = server.agent != nil
        // `port` and `addr` stand for both, also for a server without an agent.
        let agentPort = server.orderedAgent.port ?? configuration.agent?.port ?? configuration.check?.port
        state.agentPort = agentPort.map(Int.init) ?? 0
        state.agentAddress =
            server.orderedAgent.host ?? configuration.agent?.address ?? configuration.check?.address
        state.hostName = server.hostName?.name
        switch configuration.address {
        case .ip(_, let port), .name(_, let port): state.port = Int(port)
        case .service(let name): state.serviceName = name
        case .unix, .abstract: break
        case .destination(let port):
            state.host = "0.0.0.0"
            state.port = Int(port)
        }
        if case .ip(let endpoint)? = server.address {
            state.host = endpoint.host
            state.port = Int(endpoint.port)
        }
        // As HAProxy prints it, which counts without a sign.
        if let map = server.portMap { state.port = Int(UInt32(truncatingIfNeeded: map)) }
        return state
    }
}
