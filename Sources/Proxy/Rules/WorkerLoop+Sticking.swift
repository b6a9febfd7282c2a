import AccessLog
import Balancing
import Configuration
import EventLoop
import Model

/// Sticking: sessions that go to the server which a table remembers for them.
///
/// A server is remembered once the session is connected to it, so one that can't be reached never is.
///
/// - Source: HAProxy 2.6 configuration manual, `stick on`, `stick match`, `stick store-request`, and recordings.
extension WorkerLoop {
    /// The time as stick tables count it.
    var tableTime: Int64 { tableMoment ?? now.nanoseconds / 1_000_000 }

    /// Goes through a backend's `stick` lines for a session.
    ///
    /// - Parameters:
    ///   - session: a session without a server.
    ///   - backend: its backend.
    ///   - isStubborn: whether a server that is down will do.
    /// - Returns: the server that is remembered for it; `nil` where none is, or only one that won't do.
    func stickyServer(
        of session: UnsafeMutablePointer<Session>, _ backend: Backend, isStubborn: Bool
    ) -> Int? {
        var server: Int?
        var stores: [StickStore] = []
        forgetStores(of: session.pointee.index)
        for rule in backend.configuration.rules.sticking {
            if let condition = rule.condition, verdict(of: condition, for: session, isFinal: true) != .holds {
                continue
            }
            guard let table = tables[rule.table],
                let key = table.configuration.key(of: value(of: rule.sample, for: session))
            else { continue }
            if rule.matches, server == nil,
                let found = withTables({ rememberedServer(for: key, in: table, of: backend) }),
                isStubborn || !backend.servers[found].isOut
            {
                server = found
            }
            // HAProxy takes the entry's place in the table as soon as it knows that there is one to come.
            if rule.stores, withTables({ table.entries.reserve() }) {
                stores.append(StickStore(table: rule.table, key: key))
            }
        }
        if !stores.isEmpty { stickStores[session.pointee.index] = stores }
        return server
    }

    /// Remembers the server of a session that has just been connected, where a rule asks for it.
    ///
    /// - Parameter session: an established session.
    func rememberServer(of session: UnsafeMutablePointer<Session>) {
        guard let stores = stickStores[session.pointee.index] else { return }
        forgetStores(of: session.pointee.index)
        let server = backend(Int(session.pointee.backend)).servers[Int(session.pointee.serverIndex)]
        guard server.configuration.isRemembered else { return }
        for store in stores {
            guard let table = tables[store.table],
                let entry = table.entries.entry(for: store.key, at: tableTime, initial: StickRecord())
            else { continue }
            table.entries[entry].server = server.stickName(table.configuration.serverKey)
            table.entries[entry].serverID = Int64(server.configuration.id)
        }
    }

    /// Gives up what a session was to have remembered.
    ///
    /// - Parameter index: the session's slot.
    func forgetStores(of index: UInt32) {
        guard let stores = stickStores.removeValue(forKey: index) else { return }
        withTables { for store in stores { tables[store.table]?.entries.release() } }
    }

    /// The value of a sample of a rule, its converters included.
    ///
    /// - Parameters:
    ///   - sample: the sample.
    ///   - session: for whom.
    /// - Returns: what is known of it now.
    func value(of sample: SampleExpression, for session: UnsafeMutablePointer<Session>) -> SampleValue {
        if session.pointee.phase == .answering, let reading = answer(sample.fetch, of: session, isFinal: true) {
            guard case .value(let value) = reading else { return .none }
            return converted(value, by: sample.converters, of: session)
        }
        guard case .content(let content) = sample.fetch else {
            return converted(value(of: sample.fetch, for: session), by: sample.converters, of: session)
        }
        let bytes = look(at: session)
        switch SentContent(bytes: bytes, isComplete: true).reading(of: content) {
        case .value(let value), .changing(let value): return converted(value, by: sample.converters, of: session)
        case .pending: return .none
        }
    }

    private func rememberedServer(for key: StickKey, in table: ProxyTable, of backend: Backend) -> Int? {
        guard let entry = table.entries.find(key, at: tableTime) else { return nil }
        table.entries.touch(entry, at: tableTime)
        let record = table.entries[entry]
        if let name = record.server,
            let known = backend.servers.firstIndex(where: {
                !$0.isLeaving && $0.stickName(table.configuration.serverKey) == name
            })
        {
            return known
        }
        guard record.serverID != 0 else { return nil }
        return backend.servers.firstIndex { !$0.isLeaving && Int64($0.configuration.id) == record.serverID }
    }
}

extension Server {
    /// How a table remembers it.
    fileprivate func stickName(_ key: StickTableConfiguration.ServerKey) -> String? {
        switch key {
        case .name: configuration.name
        case .address: address?.description
        }
    }
}
