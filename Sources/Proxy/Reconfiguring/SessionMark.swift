/// What a server's new state, or a person's order, does to sessions, for the workers that finish theirs: they don't check any
/// more, and are told by the one that does.
public struct SessionMark: Sendable {
    /// The proxy of the servers, by name.
    var proxy: String
    /// Whose sessions end; `nil` for those of all backups.
    var server: String?
    /// What becomes of them.
    var outcome: Session.Outcome
}

extension WorkerLoop {
    /// Tells the workers that finish their sessions what is to become of some of them.
    ///
    /// - Parameters:
    ///   - index: the server whose sessions they are; `nil` for those of all backups.
    ///   - backend: its backend.
    ///   - outcome: what becomes of them.
    func passOn(_ index: Int?, in backend: Backend, as outcome: Session.Outcome) {
        guard stopping == nil, isLead else { return }
        let server = index.map { backend.servers[$0].configuration.name }
        let mark = SessionMark(proxy: backend.configuration.name, server: server, outcome: outcome)
        markSessions?(mark)
        if let place { place.team.tellFellows(of: ownMember) { $0.take(mark) } }
    }

    /// Does what another worker of the instance has said; names that this one doesn't know mean none of its sessions.
    fileprivate func take(_ mark: SessionMark) {
        for case let backend? in backends where backend.configuration.name == mark.proxy {
            guard let name = mark.server else {
                planShutdown(of: nil, in: backend, as: mark.outcome)
                continue
            }
            for index in backend.servers.indices where backend.servers[index].configuration.name == name {
                planShutdown(of: index, in: backend, as: mark.outcome)
            }
        }
    }
}

extension Worker {
    /// Ends sessions as the worker says that has taken this one's place; returns at once.
    ///
    /// - Parameter mark: which, and how.
    public func take(_ mark: SessionMark) { post(.carryOut { $0?.take(mark) }) }
}
