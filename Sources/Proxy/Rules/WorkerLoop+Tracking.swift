import AccessLog
import Balancing
import Configuration
import EventLoop
import Model

/// Tracking: connections that are counted in stick tables for a key of theirs, and what rules ask of that.
///
/// - Source: HAProxy 2.6 configuration manual, `tcp-request connection track-sc0`, section 7.3.3, and recordings.
extension WorkerLoop {
    /// An entry that a session is tracked by.
    struct TrackedEntry {
        /// The index of the proxy whose table it is.
        var table: Int
        var key: StickKey
        var entry: StickTable<StickRecord>.Entry
    }

    /// Begins to track a session by a key, unless it is tracked at that place already.
    ///
    /// - Parameters:
    ///   - session: any session.
    ///   - tracking: by which key, in which table.
    func track(_ session: UnsafeMutablePointer<Session>, _ tracking: RuleSet.Tracking) {
        let slots = tracked[session.pointee.index] ?? [:]
        guard slots[tracking.slot] == nil, let table = tables[tracking.table],
            let key = table.configuration.key(of: value(of: tracking.sample, for: session)),
            let entry = table.entries.entry(for: key, at: tableTime, initial: StickRecord())
        else { return }
        table.entries.use(entry)
        table.countConnection(at: entry, tableTime)
        tracked[session.pointee.index, default: [:]][tracking.slot] =
            TrackedEntry(table: tracking.table, key: key, entry: entry)
    }

    /// A tracked connection has become a session.
    ///
    /// - Parameter session: a session that begins.
    func countTrackedSession(_ session: UnsafeMutablePointer<Session>) {
        for place in (tracked[session.pointee.index] ?? [:]).values {
            tables[place.table]?.countSession(at: place.entry, tableTime)
        }
    }

    /// A connection ends: nobody tracks it any more.
    ///
    /// - Parameter session: any session; what it moved is counted already.
    func endTracking(of session: UnsafeMutablePointer<Session>) {
        guard let slots = tracked.removeValue(forKey: session.pointee.index) else { return }
        for place in slots.values {
            guard let table = tables[place.table] else { continue }
            table.countEnd(
                at: place.entry, bytesIn: session.pointee.upload.bytes, bytesOut: session.pointee.download.bytes,
                tableTime)
            table.entries.endUse(of: place.entry, at: tableTime)
        }
    }

    /// What is counted for a session's key, or its client.
    ///
    /// - Parameters:
    ///   - sample: what is asked for.
    ///   - session: for whom.
    /// - Returns: none where it is not tracked, and where the table doesn't keep it.
    func value(of sample: TableSample, for session: UnsafeMutablePointer<Session>) -> SampleValue {
        switch sample.subject {
        case .tracked(let slot):
            guard let place = tracked[session.pointee.index]?[slot] else {
                return sample.quantity == .isTracked ? .boolean(false) : .none
            }
            if sample.quantity == .isTracked { return .boolean(true) }
            guard let other = sample.table, other != place.table else { return read(sample, place.table, place.entry) }
            return read(sample, other, tables[other]?.entries.find(place.key, at: tableTime))
        case .source:
            guard let index = sample.table, let table = tables[index],
                let key = table.configuration.key(of: value(of: .source, for: session))
            else { return .none }
            // Only counting makes an entry of a client that has none.
            let entry =
                sample.quantity.isCount
                ? table.entries.entry(for: key, at: tableTime, initial: StickRecord())
                : table.entries.find(key, at: tableTime)
            return read(sample, index, entry)
        }
    }

    /// What an array has for a session's key, or its client.
    ///
    /// - Parameters:
    ///   - sample: what is asked for.
    ///   - session: for whom.
    /// - Returns: none where it is not tracked, and where the table doesn't keep it.
    func value(of sample: ArraySample, for session: UnsafeMutablePointer<Session>) -> SampleValue {
        let (index, key): (Int, StickKey)
        switch sample.subject {
        case .tracked(let slot):
            guard let place = tracked[session.pointee.index]?[slot] else { return .none }
            (index, key) = (sample.table ?? place.table, place.key)
        case .source:
            guard let proxy = sample.table, let table = tables[proxy],
                let own = table.configuration.key(of: value(of: .source, for: session))
            else { return .none }
            (index, key) = (proxy, own)
        }
        guard let table = tables[index] else { return .none }
        let isMaking = sample.subject == .source && sample.quantity == .countUp
        let entry =
            isMaking
            ? table.entries.entry(for: key, at: tableTime, initial: StickRecord())
            : table.entries.find(key, at: tableTime)
        return table.read(sample.quantity, sample.index, of: entry, tableTime).map { .integer($0) } ?? .none
    }

    private func read(_ sample: TableSample, _ table: Int, _ entry: StickTable<StickRecord>.Entry?) -> SampleValue {
        tables[table]?.read(sample.quantity, of: entry, tableTime).map { .integer($0) } ?? .none
    }
}
