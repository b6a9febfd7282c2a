import Balancing
import Configuration
import EventLoop
import Model

/// What a stick table keeps for a key.
struct StickRecord: Sendable, Equatable {
    /// The server that sessions of the key go to: its name or its address, as the table remembers servers.
    var server: String?
    /// The server's number, which counts where there is no name or address; 0 for none.
    var serverID: Int64 = 0
    var connections: Int64 = 0
    var currentConnections: Int64 = 0
    var connectionRate = PeriodCounter()
    var sessions: Int64 = 0
    var sessionRate = PeriodCounter()
    var bytesIn: Int64 = 0
    var bytesInRate = PeriodCounter()
    var bytesOut: Int64 = 0
    var bytesOutRate = PeriodCounter()
    var generalPurpose: Int64 = 0
    var generalPurposeRate = PeriodCounter()
    var second: Int64 = 0
    var secondRate = PeriodCounter()
    var tag: Int64 = 0
    /// What tables with arrays keep; the arrays are empty until the first number is set.
    var arrays = ArrayNumbers()
}

/// A proxy's stick table; only the worker's thread touches it.
final class ProxyTable {
    let configuration: StickTableConfiguration
    var entries: StickTable<StickRecord>
    /// By the counter: whether it is kept, and a rate's period in milliseconds.
    let periods: [StickTableConfiguration.Counter: Int64]

    /// Makes an empty table.
    ///
    /// - Parameter configuration: its line.
    init(_ configuration: StickTableConfiguration) {
        self.configuration = configuration
        entries = StickTable(
            capacity: configuration.size, lifetime: configuration.expiry?.wholeMilliseconds,
            makesRoom: configuration.makesRoom)
        periods = configuration.counters.mapValues(\.wholeMilliseconds)
    }

    /// Counts a connection that begins to be tracked by an entry.
    ///
    /// - Parameters:
    ///   - entry: the entry.
    ///   - now: what time it is.
    func countConnection(at entry: StickTable<StickRecord>.Entry, _ now: Int64) {
        entries[entry].connections += 1
        entries[entry].currentConnections += 1
        if let period = periods[.connectionRate] { entries[entry].connectionRate.count(at: now, period: period) }
    }

    /// Counts a tracked connection that becomes a session.
    ///
    /// - Parameters:
    ///   - entry: the entry.
    ///   - now: what time it is.
    func countSession(at entry: StickTable<StickRecord>.Entry, _ now: Int64) {
        entries[entry].sessions += 1
        if let period = periods[.sessionRate] { entries[entry].sessionRate.count(at: now, period: period) }
    }

    /// Counts the end of a tracked connection, and what it moved.
    ///
    /// - Parameters:
    ///   - entry: the entry.
    ///   - received: bytes from the client.
    ///   - sent: bytes to the client.
    ///   - now: what time it is.
    func countEnd(
        at entry: StickTable<StickRecord>.Entry, bytesIn received: Int64, bytesOut sent: Int64, _ now: Int64
    ) {
        entries[entry].currentConnections -= 1
        entries[entry].bytesIn += received
        entries[entry].bytesOut += sent
        if let period = periods[.bytesInRate] { entries[entry].bytesInRate.count(received, at: now, period: period) }
        if let period = periods[.bytesOutRate] { entries[entry].bytesOutRate.count(sent, at: now, period: period) }
    }

    /// Reads, and where it is asked for changes, what is counted for a key.
    ///
    /// - Parameters:
    ///   - quantity: what is asked for.
    ///   - entry: the entry; `nil` where there is none.
    ///   - now: what time it is.
    /// - Returns: 0 where there is no entry, and `nil` for what the table doesn't keep.
    func read(
        _ quantity: TableSample.Quantity, of entry: StickTable<StickRecord>.Entry?, _ now: Int64
    ) -> Int64? {
        guard quantity == .isTracked || quantity == .trackers || periods[quantity.counter] != nil else {
            return element(of: quantity, of: entry, now)
        }
        guard let entry else { return 0 }
        let record = entries[entry]
        switch quantity {
        case .connections: return record.connections
        case .currentConnections: return record.currentConnections
        case .sessions: return record.sessions
        case .kilobytesIn: return record.bytesIn >> 10
        case .kilobytesOut: return record.bytesOut >> 10
        case .generalPurpose: return record.generalPurpose
        case .connectionRate: return rate(record.connectionRate, quantity, now)
        case .sessionRate: return rate(record.sessionRate, quantity, now)
        case .bytesInRate: return rate(record.bytesInRate, quantity, now)
        case .bytesOutRate: return rate(record.bytesOutRate, quantity, now)
        case .generalPurposeRate: return rate(record.generalPurposeRate, quantity, now)
        case .second: return record.second
        case .secondRate: return rate(record.secondRate, quantity, now)
        case .tag: return record.tag
        case .countUpSecond:
            entries[entry].second += 1
            if let period = periods[.secondRate] { entries[entry].secondRate.count(at: now, period: period) }
            return record.second + 1
        case .clearSecond:
            entries[entry].second = 0
            return record.second
        case .countUp:
            entries[entry].generalPurpose += 1
            if let period = periods[.generalPurposeRate] {
                entries[entry].generalPurposeRate.count(at: now, period: period)
            }
            return record.generalPurpose + 1
        case .clear:
            entries[entry].generalPurpose = 0
            return record.generalPurpose
        case .isTracked: return 1
        case .trackers: return Int64(entries.uses(of: entry))
        case .countConnection:
            entries[entry].connections += 1
            if let period = periods[.connectionRate] { entries[entry].connectionRate.count(at: now, period: period) }
            return record.connections + 1
        }
    }

    /// What stands for a number that the table keeps in its arrays instead: `gpc0` for the first of `gpc(n)`.
    private func element(
        of quantity: TableSample.Quantity, of entry: StickTable<StickRecord>.Entry?, _ now: Int64
    ) -> Int64? {
        switch quantity {
        case .generalPurpose: read(.count, 0, of: entry, now)
        case .generalPurposeRate: read(.rate, 0, of: entry, now)
        case .countUp: read(.countUp, 0, of: entry, now)
        case .clear: read(.clear, 0, of: entry, now)
        case .second: read(.count, 1, of: entry, now)
        case .secondRate: read(.rate, 1, of: entry, now)
        case .countUpSecond: read(.countUp, 1, of: entry, now)
        case .clearSecond: read(.clear, 1, of: entry, now)
        case .tag: read(.tag, 0, of: entry, now)
        case .connections, .currentConnections, .connectionRate, .sessions, .sessionRate, .kilobytesIn, .bytesInRate,
            .kilobytesOut, .bytesOutRate, .isTracked, .trackers, .countConnection:
            nil
        }
    }

    private func rate(_ counter: PeriodCounter, _ quantity: TableSample.Quantity, _ now: Int64) -> Int64 {
        periods[quantity.counter].map { counter.value(at: now, period: $0) } ?? 0
    }
}

extension TableSample.Quantity {
    /// What a table has to keep for it.
    fileprivate var counter: StickTableConfiguration.Counter {
        switch self {
        case .connections, .countConnection: .connections
        case .currentConnections: .currentConnections
        case .connectionRate: .connectionRate
        case .sessions: .sessions
        case .sessionRate: .sessionRate
        case .kilobytesIn: .bytesIn
        case .bytesInRate: .bytesInRate
        case .kilobytesOut: .bytesOut
        case .bytesOutRate: .bytesOutRate
        case .generalPurpose, .countUp, .clear, .isTracked, .trackers: .generalPurpose
        case .generalPurposeRate: .generalPurposeRate
        case .second, .countUpSecond, .clearSecond: .second
        case .secondRate: .secondRate
        case .tag: .tag
        }
    }
}

/// Where a session's server is to be remembered.
struct StickStore {
    /// The index of the proxy whose table it is.
    var table: Int
    /// For which key.
    var key: StickKey
}
