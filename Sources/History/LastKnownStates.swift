import Model

/// What a run's database knows of its servers at the moment: what a new database has to be told when the one in use is lost.
///
/// Without it a server that has been up for weeks would read UNKNOWN until its next transition.
struct LastKnownStates {
    private let limits: RecorderLimits
    private var states: [ServerIdentity: ServerState] = [:]
    private var inventories: [String: [ServerIdentity]] = [:]
    /// The newest transition of each proxy, for what it says of the servers that were left; by instance and proxy.
    private var newest: [String: [String: TransitionRecord]] = [:]

    init(limits: RecorderLimits) {
        self.limits = limits
    }

    /// Takes in a record that was written.
    mutating func take(_ record: HistoryRecord) {
        switch record {
        case .samples, .event: break
        case .transition(let transition):
            guard states[transition.server] != nil || states.count < limits.rememberedServers else { return }
            states[transition.server] = transition.to == .unknown ? nil : transition.to
            newest[transition.server.instance, default: [:]][transition.server.proxy] = transition
        case .inventory(_, let instance, let servers):
            inventories[instance] = servers
            let present = Set(servers)
            states = states.filter { $0.key.instance != instance || present.contains($0.key) }
            let proxies = Set(servers.map(\.proxy))
            newest[instance] = newest[instance]?.filter { proxies.contains($0.key) }
        }
    }

    /// The records that tell a new database what is known.
    ///
    /// - Parameters:
    ///   - now: since when the new database knows it; not later than what it is told next.
    ///   - reason: what the transitions say of why they are there.
    /// - Returns: each instance's servers and each server's state.
    func records(
        at now: Timestamp, because reason: String = "taken over from the database before"
    ) -> [HistoryRecord] {
        let lists = inventories.sorted { $0.key < $1.key }.map {
            HistoryRecord.inventory(at: now, instance: $0.key, servers: $0.value)
        }
        return lists
            + states.sorted { $0.key.isBefore($1.key) }.map { server, state in
                var record = TransitionRecord(at: now, server: server, from: .unknown, to: state)
                record.detail = reason
                if let last = newest[server.instance]?[server.proxy] {
                    (record.activeServers, record.backupServers) = (last.activeServers, last.backupServers)
                    record.carriers = last.carriers
                }
                return .transition(record)
            }
    }
}
