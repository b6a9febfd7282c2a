import AccessLog
import Balancing
import Configuration
import EventLoop
import Model

/// What converters of a rule's samples may ask for: the session's variables, and what its worker knows.
struct SessionSurroundings: ConverterSurroundings {
    let loop: WorkerLoop
    let session: UnsafeMutablePointer<Session>

    func value(of variable: SessionVariable) -> SampleValue { loop.value(of: variable, for: session) }

    func value(_ value: SampleValue, through converter: OutsideConverter) -> SampleValue {
        switch converter {
        case .table(let question, let proxy):
            guard let table = loop.tables[proxy], let key = table.configuration.key(of: value) else { return .none }
            return loop.withTables { table.answer(question, for: key, loop.tableTime) }
        case .map(let search): return loop.expressions.value(of: value, in: search)
        case .replace(let replacement):
            return value.text.map { .text(loop.expressions.replaced($0, replacement)) } ?? .none
        case .usableServers:
            guard let proxy = backend(value.text) else { return .none }
            return .integer(loop.measure(.usableServers, of: proxy))
        case .waiting: return waiting(for: value.text)
        case .setVariable(let variable):
            loop.set(variable, to: value, of: session)
            return value
        case .unsetVariable(let variable):
            loop.set(variable, to: nil, of: session)
            return value
        }
    }

    private func backend(_ name: String?) -> Int? {
        loop.configuration.proxies.firstIndex { $0.name == name && $0.kind != .frontend }
    }

    /// `BACKEND/SERVER`, or a server of the session's own backend.
    private func waiting(for name: String?) -> SampleValue {
        let parts = (name ?? "").split(separator: "/", maxSplits: 1).map(String.init)
        guard let server = parts.last else { return .none }
        guard let proxy = parts.count == 2 ? backend(parts[0]) : Int(session.pointee.backend),
            let backend = loop.backends[proxy],
            let index = backend.servers.firstIndex(where: { !$0.isLeaving && $0.configuration.name == server })
        else { return .none }
        return .integer(Int64(backend.queuedCount(in: .server(index))))
    }
}

extension WorkerLoop {
    /// A value of a session after converters.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - converters: the converters, in order.
    ///   - session: whose.
    /// - Returns: none where one can't be applied.
    func converted(
        _ value: SampleValue, by converters: [SampleExpression.Converter], of session: UnsafeMutablePointer<Session>
    ) -> SampleValue {
        guard !converters.isEmpty else { return value }
        return value.converted(by: converters, in: SessionSurroundings(loop: self, session: session))
    }
}

extension ProxyTable {
    /// What the table has for a key, which isn't touched by that.
    ///
    /// - Parameters:
    ///   - question: what is asked for.
    ///   - key: the key.
    ///   - now: what time it is.
    /// - Returns: none for what the table doesn't keep.
    func answer(_ question: OutsideConverter.TableQuestion, for key: StickKey, _ now: Int64) -> SampleValue {
        let entry = entries.find(key, at: now)
        switch question {
        // The look-up counts, too.
        case .quantity(.trackers): return .integer(entry.map { Int64(entries.uses(of: $0)) + 1 } ?? 0)
        case .quantity(let quantity): return read(quantity, of: entry, now).map { .integer($0) } ?? .none
        case .element(let quantity, let index):
            return read(quantity, index, of: entry, now).map { .integer($0) } ?? .none
        case .isKnown: return .boolean(entry != nil)
        case .serverID:
            guard let entry else { return .integer(0) }
            return configuration.keepsServers ? .integer(entries[entry].serverID) : .none
        case .timeLeft(let fallback):
            guard let entry else { return fallback.map { .integer($0) } ?? .none }
            return .integer(entries.millisecondsLeft(of: entry, at: now))
        case .idleTime(let fallback):
            guard let entry else { return fallback.map { .integer($0) } ?? .none }
            guard let lifetime = configuration.expiry?.wholeMilliseconds else { return .integer(0) }
            return .integer(lifetime - entries.millisecondsLeft(of: entry, at: now))
        }
    }
}
