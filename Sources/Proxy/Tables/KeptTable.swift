import Balancing
import Configuration
import EventLoop

/// Entries of a stick table on their way to the table of another worker, or of another process.
///
/// Times are those of this machine's monotonic clock, which all processes share until it is started anew.
public struct KeptTable: Sendable, Equatable {
    /// One entry.
    struct Entry: Sendable, Equatable {
        var key: StickKey
        /// When it expires, in milliseconds; never at `.max`.
        var expiresAt: Int64
        var record: StickRecord
    }

    /// The proxy whose table it is.
    public let proxy: String
    let keyKind: StickTableConfiguration.KeyKind
    /// What is counted, and a rate's period in milliseconds.
    let periods: [StickTableConfiguration.Counter: Int64]
    var entries: [Entry] = []

    /// How many entries there are.
    public var count: Int { entries.count }

    /// Adds the entries of the page after this one.
    ///
    /// - Parameter page: a page of the same table.
    public mutating func append(_ page: KeptTablePage) { entries += page.table.entries }
}

/// Some entries of a table that is to be kept, and where the next ones are.
public struct KeptTablePage: Sendable {
    /// The entries.
    public var table: KeptTable
    /// The number of the table's last change when they were read.
    public var change: UInt64
    /// From where on to ask for the next ones; `nil` after the last.
    public var next: Int?
}

/// How many slots of a table are looked at between two turns: traffic waits for no more than that.
private let slotsInPage = 4_096

extension WorkerRequest where Answer == KeptTablePage? {
    /// Entries of a proxy's stick table that have changed; `nil` where it has none.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index.
    ///   - slot: 0 at first, then what the page before says.
    ///   - change: the number of the last change that is known already; 0 for none.
    /// - Returns: the request.
    public static func keptTable(of proxy: Int, from slot: Int, changedAfter change: UInt64) -> Self {
        Self { loop -> KeptTablePage? in
            let name = loop.configuration.proxies[proxy].name
            return loop.tables[proxy]?.kept(of: name, from: slot, changedAfter: change, at: loop.tableTime)
        }
    }
}

extension WorkerRequest where Answer == UInt64 {
    /// A number that is another one whenever an entry of any stick table has changed.
    public static var tableChanges: Self {
        Self { loop in loop.tables.reduce(0) { $0 + ($1?.entries.changes ?? 0) } }
    }
}

extension WorkerRequest where Answer == Bool {
    /// Adds an earlier worker's entries to the stick tables; the answer is always true.
    ///
    /// - Parameter tables: the entries.
    /// - Returns: the request.
    public static func takeTables(_ tables: [KeptTable]) -> Self {
        Self { loop in
            loop.take(tables)
            return true
        }
    }
}

extension WorkerLoop {
    /// Adds an earlier worker's entries to the tables of the same proxies that are found by the same kind of key.
    ///
    /// - Parameter kept: the entries.
    func take(_ kept: [KeptTable]) {
        for one in kept {
            guard let index = configuration.proxies.firstIndex(where: { $0.name == one.proxy }),
                let table = tables[index], table.configuration.keyKind == one.keyKind
            else { continue }
            table.take(one, at: tableTime)
        }
    }
}

extension ProxyTable {
    /// The entries of some slots that have changed.
    fileprivate func kept(
        of proxy: String, from slot: Int, changedAfter change: UInt64, at now: Int64
    ) -> KeptTablePage {
        let end = slot + slotsInPage
        var kept = KeptTable(proxy: proxy, keyKind: configuration.keyKind, periods: periods)
        for found in entries.entries(inSlots: slot..<end, changedAfter: change, at: now) {
            kept.entries.append(
                KeptTable.Entry(key: found.key, expiresAt: found.expiresAt, record: entries[found.entry]))
        }
        return KeptTablePage(table: kept, change: entries.changes, next: end < entries.slotCount ? end : nil)
    }

    /// Adds another table's entries; who is connected there is not connected here.
    ///
    /// - Parameters:
    ///   - kept: the entries.
    ///   - now: what time it is.
    func take(_ kept: KeptTable, at now: Int64) {
        // What is counted anew, or within another time, begins with nothing.
        let unlike = StickTableConfiguration.Counter.allCases.filter { periods[$0] != kept.periods[$0] }
        for entry in kept.entries.sorted(by: { $0.expiresAt < $1.expiresAt }) {
            var record = entry.record
            record.currentConnections = 0
            for counter in unlike { record.forget(counter) }
            if record.arrays != ArrayNumbers() { record.arrays.fit(configuration.arrays) }
            entries.take(entry.key, expiringAt: entry.expiresAt, at: now) { mine in
                mine.map { $0.joined(with: record, periods: periods, at: now) } ?? record
            }
        }
    }
}

extension StickRecord {
    /// Lets a counter begin with nothing.
    fileprivate mutating func forget(_ counter: StickTableConfiguration.Counter) {
        switch counter {
        case .connections: connections = 0
        case .currentConnections: currentConnections = 0
        case .connectionRate: connectionRate = PeriodCounter()
        case .sessions: sessions = 0
        case .sessionRate: sessionRate = PeriodCounter()
        case .bytesIn: bytesIn = 0
        case .bytesInRate: bytesInRate = PeriodCounter()
        case .bytesOut: bytesOut = 0
        case .bytesOutRate: bytesOutRate = PeriodCounter()
        case .generalPurpose: generalPurpose = 0
        case .generalPurposeRate: generalPurposeRate = PeriodCounter()
        case .second: second = 0
        case .secondRate: secondRate = PeriodCounter()
        case .tag: tag = 0
        }
    }

    /// What two workers that served at the same time for a moment know together: the higher numbers, and this one's server.
    fileprivate func joined(
        with other: StickRecord, periods: [StickTableConfiguration.Counter: Int64], at now: Int64
    ) -> StickRecord {
        var sum = self
        if server == nil, serverID == 0 { (sum.server, sum.serverID) = (other.server, other.serverID) }
        sum.connections = max(connections, other.connections)
        sum.sessions = max(sessions, other.sessions)
        sum.bytesIn = max(bytesIn, other.bytesIn)
        sum.bytesOut = max(bytesOut, other.bytesOut)
        sum.generalPurpose = max(generalPurpose, other.generalPurpose)
        sum.second = max(second, other.second)
        if tag == 0 { sum.tag = other.tag }
        if arrays == ArrayNumbers() { sum.arrays = other.arrays }
        func join(_ counter: StickTableConfiguration.Counter, _ path: WritableKeyPath<StickRecord, PeriodCounter>) {
            guard let period = periods[counter] else { return }
            let theirs = other[keyPath: path].value(at: now, period: period)
            if theirs > sum[keyPath: path].value(at: now, period: period) { sum[keyPath: path] = other[keyPath: path] }
        }
        join(.connectionRate, \.connectionRate)
        join(.sessionRate, \.sessionRate)
        join(.bytesInRate, \.bytesInRate)
        join(.bytesOutRate, \.bytesOutRate)
        join(.generalPurposeRate, \.generalPurposeRate)
        join(.secondRate, \.secondRate)
        return sum
    }
}
