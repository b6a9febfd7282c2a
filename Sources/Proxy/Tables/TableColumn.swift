import Balancing
import Configuration

/// What an entry of a stick table has, in the order in which it is shown; named as commands name it.
///
/// - Source: HAProxy 2.6 management guide, `show table`; the order recorded from 2.6.12.
public enum TableColumn: String, Sendable, CaseIterable {
    case serverID = "server_id"
    case tag = "gpt0"
    case generalPurpose = "gpc0"
    case generalPurposeRate = "gpc0_rate"
    case connections = "conn_cnt"
    case connectionRate = "conn_rate"
    case currentConnections = "conn_cur"
    case sessions = "sess_cnt"
    case sessionRate = "sess_rate"
    case bytesIn = "bytes_in_cnt"
    case bytesInRate = "bytes_in_rate"
    case bytesOut = "bytes_out_cnt"
    case bytesOutRate = "bytes_out_rate"
    case second = "gpc1"
    case secondRate = "gpc1_rate"
    case serverKey = "server_key"

    /// What a table has to keep for it; `nil` for what it keeps where sessions stick by it.
    var counter: StickTableConfiguration.Counter? {
        switch self {
        case .serverID, .serverKey: nil
        case .generalPurpose, .generalPurposeRate, .connections, .connectionRate, .currentConnections, .sessions,
            .sessionRate, .bytesIn, .bytesInRate, .bytesOut, .bytesOutRate, .second, .secondRate, .tag:
            StickTableConfiguration.Counter(rawValue: rawValue)
        }
    }

    /// Whether it counts in 64 bits; everything else is cut to 32.
    private var isWide: Bool { self == .bytesIn || self == .bytesOut }

    /// What a number comes to in this column.
    ///
    /// - Parameter number: any number.
    /// - Returns: what is kept of it.
    func kept(_ number: Int64) -> Int64 { isWide ? number : Int64(UInt32(truncatingIfNeeded: number)) }

    /// A number of this column as it is shown: without a sign.
    ///
    /// - Parameter number: what is kept.
    /// - Returns: the digits.
    public func text(_ number: Int64) -> String {
        isWide ? String(UInt64(bitPattern: number)) : String(UInt32(truncatingIfNeeded: number))
    }

    /// The columns of a table.
    ///
    /// - Parameters:
    ///   - table: the table.
    ///   - remembersServers: whether sessions stick by it.
    /// - Returns: those that it has, in order.
    public static func columns(of table: StickTableConfiguration, remembersServers: Bool) -> [TableColumn] {
        allCases.filter { column in
            if let counter = column.counter { return table.counters[counter] != nil }
            return remembersServers || table.storedServerColumns.contains { $0.rawValue == column.rawValue }
        }
    }
}

extension ProxyTable {
    /// Reads a number of an entry.
    ///
    /// - Parameters:
    ///   - column: which one.
    ///   - record: the entry's.
    ///   - now: what time it is.
    /// - Returns: the number; 0 in the column that has texts.
    func number(_ column: TableColumn, of record: StickRecord, _ now: Int64) -> Int64 {
        func rate(_ path: KeyPath<StickRecord, PeriodCounter>) -> Int64 {
            guard let counter = column.counter, let period = periods[counter] else { return 0 }
            return record[keyPath: path].value(at: now, period: period)
        }
        switch column {
        case .serverID: return record.serverID
        case .generalPurpose: return record.generalPurpose
        case .generalPurposeRate: return rate(\.generalPurposeRate)
        case .connections: return record.connections
        case .connectionRate: return rate(\.connectionRate)
        case .currentConnections: return record.currentConnections
        case .sessions: return record.sessions
        case .sessionRate: return rate(\.sessionRate)
        case .bytesIn: return record.bytesIn
        case .bytesInRate: return rate(\.bytesInRate)
        case .bytesOut: return record.bytesOut
        case .bytesOutRate: return rate(\.bytesOutRate)
        case .second: return record.second
        case .secondRate: return rate(\.secondRate)
        case .tag: return record.tag
        case .serverKey: return 0
        }
    }
}

extension StickRecord {
    /// Sets a number; a rate as if all had happened now.
    ///
    /// - Parameters:
    ///   - column: which one.
    ///   - number: to what.
    ///   - now: what time it is.
    mutating func set(_ column: TableColumn, to number: Int64, _ now: Int64) {
        let kept = column.kept(number)
        switch column {
        case .serverID: serverID = kept
        case .generalPurpose: generalPurpose = kept
        case .generalPurposeRate: generalPurposeRate.set(kept, at: now)
        case .connections: connections = kept
        case .connectionRate: connectionRate.set(kept, at: now)
        case .currentConnections: currentConnections = kept
        case .sessions: sessions = kept
        case .sessionRate: sessionRate.set(kept, at: now)
        case .bytesIn: bytesIn = kept
        case .bytesInRate: bytesInRate.set(kept, at: now)
        case .bytesOut: bytesOut = kept
        case .bytesOutRate: bytesOutRate.set(kept, at: now)
        case .second: second = kept
        case .secondRate: secondRate.set(kept, at: now)
        case .tag: tag = kept
        // Texts are remembered with sessions alone.
        case .serverKey: break
        }
    }
}
