import AccessLog
import EventLoop
import Model

/// Samples: what rules ask of a session, its connection, and the state of proxies and servers.
extension WorkerLoop {
    /// Reads a sample that doesn't ask for what was sent.
    ///
    /// - Parameters:
    ///   - fetch: what is asked for.
    ///   - session: for whom.
    /// - Returns: its value, which may be none.
    func value(of fetch: SampleExpression.Fetch, for session: UnsafeMutablePointer<Session>) -> SampleValue {
        let frontend = frontend(Int(session.pointee.frontend))
        switch fetch {
        case .uniqueID, .content, .answer: return .none
        case .constant(let constant): return SampleValue(constant)
        case .source: return address(session.pointee.peer)
        case .sourcePort: return port(session.pointee.peer)
        case .isSourceLocal: return isLocal(session.pointee.peer)
        case .destination: return address(destination(of: session) ?? .none)
        case .destinationPort: return port(destination(of: session) ?? .none)
        case .isDestinationLocal: return isLocal(destination(of: session) ?? .none)
        case .backendSource: return address(ownAddress(of: session))
        case .backendSourcePort: return port(ownAddress(of: session))
        case .serverAddress: return address(serverAddress(of: session))
        case .serverPort: return port(serverAddress(of: session))
        case .serverName: return server(of: session).map { .text($0.configuration.name) } ?? .none
        case .serverID: return server(of: session).map { .integer(Int64($0.configuration.id)) } ?? .none
        case .frontendName: return .text(frontend.configuration.name)
        case .frontendID: return .integer(Int64(frontend.configuration.id))
        case .frontendConnections: return .integer(Int64(frontend.allSessions))
        case .backendName: return .text(backend(Int(session.pointee.backend)).configuration.name)
        case .backendID: return .integer(Int64(backend(Int(session.pointee.backend)).configuration.id))
        case .backendConnections:
            return .integer(Int64(backend(Int(session.pointee.backend)).tally.allSessions))
        case .listenerName:
            return frontend.configuration.binds[Int(session.pointee.bind)].name.map { .text($0) } ?? .none
        case .listenerID: return .integer(Int64(session.pointee.bind) + 1)
        case .bytesIn: return .integer(session.pointee.upload.bytes)
        case .bytesOut: return .integer(session.pointee.download.bytes)
        case .date(let offset, let unitsPerSecond):
            let milliseconds = WallClock.now().millisecondsSinceEpoch + offset * 1_000
            return .integer(unitsPerSecond < 1_000 ? milliseconds / 1_000 : milliseconds * (unitsPerSecond / 1_000))
        case .dateMicroseconds: return .integer(WallClock.now().millisecondsSinceEpoch % 1_000 * 1_000)
        case .random(let bound): return .integer(Int64(UInt32.random(in: 0..<bound)))
        case .processID: return .integer(Int64(CurrentProcess.identifier))
        case .uuid: return .text(SampleValue.uuid())
        case .tls(let property): return SampleValue(property, of: encryption(of: session))
        case .security(let sample): return security(of: session, [sample])[sample] ?? .none
        case .variable(let variable): return value(of: variable, for: session)
        case .table(let sample): return withTables { value(of: sample, for: session) }
        case .array(let sample): return withTables { value(of: sample, for: session) }
        case .connection(let sample): return ownValue(of: sample, for: session)
        case .kernel(let sample, let isInMicroseconds):
            return value(of: sample, for: session, isInMicroseconds: isInMicroseconds)
        case .live(.table(let measure, let index)):
            guard let table = tables[index] else { return .none }
            return withTables {
                table.entries.removeExpired(at: tableTime)
                return .integer(
                    Int64(measure == .used ? table.entries.count : table.configuration.size - table.entries.count))
            }
        case .live(.proxy(let measure, let index)): return .integer(self.measure(measure, of: index))
        case .live(.server(let measure, let index, let server)):
            guard let backend = backends[index], backend.servers.indices.contains(server) else { return .none }
            return self.measure(measure, of: server, in: backend)
        }
    }

    /// Reads a sample of what a session's server has answered.
    ///
    /// - Parameters:
    ///   - fetch: what is asked for.
    ///   - session: a session whose rules look at what its server answers.
    ///   - isFinal: whether no more is waited for.
    /// - Returns: what is known of it; `nil` where it asks for something else.
    func answer(
        _ fetch: SampleExpression.Fetch, of session: UnsafeMutablePointer<Session>, isFinal: Bool
    ) -> SampleReading? {
        switch fetch {
        case .answer(let sample), .content(let sample):
            let bytes = heldAnswers[session.pointee.index]?.bytes ?? []
            return bytes.withUnsafeBytes { SentContent(bytes: $0, isComplete: isFinal).reading(of: sample) }
        default: return nil
        }
    }

    /// The server that a session is connected to; `nil` before, as most rules are looked at.
    private func server(of session: UnsafeMutablePointer<Session>) -> Server? {
        guard session.pointee.phase == .answering else { return nil }
        return backend(Int(session.pointee.backend)).servers[Int(session.pointee.serverIndex)]
    }

    /// Where that is.
    private func serverAddress(of session: UnsafeMutablePointer<Session>) -> IPEndpoint {
        guard case .ip(let endpoint)? = server(of: session)?.address else { return .none }
        return endpoint
    }

    /// Where a session's connection to its server comes from.
    private func ownAddress(of session: UnsafeMutablePointer<Session>) -> IPEndpoint {
        guard session.pointee.phase == .answering, case .ip(let endpoint)? = Socket.localAddress(session.pointee.server)
        else { return .none }
        return endpoint
    }

    /// An address as a sample's value.
    ///
    /// - Parameter endpoint: the address.
    /// - Returns: none where there is none.
    func address(_ endpoint: IPEndpoint) -> SampleValue { endpoint == .none ? .none : .address(endpoint) }

    /// An address's port as a sample's value.
    ///
    /// - Parameter endpoint: the address.
    /// - Returns: none where there is none.
    func port(_ endpoint: IPEndpoint) -> SampleValue {
        endpoint == .none ? .none : .integer(Int64(endpoint.port))
    }

    /// Whether an address is this machine's, as a sample's value.
    ///
    /// - Parameter endpoint: the address.
    /// - Returns: true also where there is none, behind Unix sockets.
    func isLocal(_ endpoint: IPEndpoint) -> SampleValue {
        .boolean(endpoint == .none || Socket.isOwnAddress(endpoint))
    }

    /// What is counted of a proxy; one that is switched off, or that nothing is sent to, has nothing to be counted.
    ///
    /// - Parameters:
    ///   - measure: what.
    ///   - index: the proxy's index.
    /// - Returns: the number.
    func measure(_ measure: LiveSample.ProxyMeasure, of index: Int) -> Int64 {
        switch measure {
        case .frontendConnections: return Int64(frontends[index]?.allSessions ?? 0)
        case .frontendSessionRate:
            return Int64(frontends[index]?.presentSessionRate(at: now) ?? 0)
        case .usableServers: return Int64(backends[index]?.usableServers ?? 0)
        case .waiting: return Int64(backends[index]?.queuedCount ?? 0)
        case .averageWaiting:
            guard let backend = backends[index] else { return 0 }
            let servers = max(backend.usableServers, 1)
            return Int64((backend.queuedCount + servers - 1) / servers)
        case .backendSessions: return Int64(backends[index]?.tally.allSessions ?? 0)
        case .backendSessionRate:
            return Int64(backends[index]?.tally.presentSessionRate(at: now) ?? 0)
        case .freePlaces: return Int64(backends[index]?.freePlaces ?? 0)
        case .freeConnections: return Int64(backends[index]?.freeConnections ?? 0)
        }
    }

    private func measure(
        _ measure: LiveSample.ServerMeasure, of index: Int, in backend: Backend
    ) -> SampleValue {
        let server = backend.servers[index]
        switch measure {
        case .isUp: return .boolean(!server.isOut)
        case .sessions: return .integer(Int64(server.tally.allSessions))
        case .freeConnections:
            return .integer(server.configuration.maxconn.map { Int64(max($0 - server.tally.allSessions, 0)) } ?? -1)
        case .waiting: return .integer(Int64(backend.queuedCount(in: .server(index))))
        case .sessionRate:
            return .integer(Int64(server.tally.presentSessionRate(at: now)))
        case .weight: return .integer(Int64(backend.groups.effectiveWeight(of: index)))
        case .fullWeight: return .integer(Int64(backend.groups.weight(of: index)))
        case .initialWeight: return .integer(Int64(server.configuration.weight))
        }
    }
}

extension Backend {
    /// Servers that take sessions now, as `nbsrv` counts them: of backups that don't share the traffic, one.
    fileprivate var usableServers: Int {
        if groups.activeServers > 0 { return groups.activeServers }
        return configuration.usesAllBackups ? groups.backupServers : min(groups.backupServers, 1)
    }

    /// Free places at the servers; -1 where one has no limit.
    fileprivate var freeConnections: Int {
        var places = 0
        for server in servers where !server.isOut {
            guard let limit = server.configuration.maxconn else { return -1 }
            places += max(limit - server.tally.allSessions, 0)
        }
        return places
    }

    /// Free places at the servers and in their queues; -1 where one has no limit.
    fileprivate var freePlaces: Int {
        var places = 0
        for (index, server) in servers.enumerated() where !server.isOut {
            guard let limit = server.configuration.maxconn, let queueLimit = server.configuration.maxqueue else {
                return -1
            }
            places += limit - server.tally.allSessions + queueLimit - queuedCount(in: .server(index))
        }
        return places
    }
}
