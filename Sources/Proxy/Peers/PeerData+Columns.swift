import Balancing
import Configuration

extension PeerData {
    /// What a table here keeps of it; `nil` for what none has.
    var column: TableColumn? {
        switch self {
        case .serverID: .serverID
        case .tag: .tag
        case .generalPurpose: .generalPurpose
        case .generalPurposeRate: .generalPurposeRate
        case .connections: .connections
        case .connectionRate: .connectionRate
        case .currentConnections: .currentConnections
        case .sessions: .sessions
        case .sessionRate: .sessionRate
        case .bytesIn: .bytesIn
        case .bytesInRate: .bytesInRate
        case .bytesOut: .bytesOut
        case .bytesOutRate: .bytesOutRate
        case .second: .second
        case .secondRate: .secondRate
        case .serverKey: .serverKey
        case .requests, .requestRate, .requestErrors, .requestErrorRate, .failures, .failureRate, .tags, .counters,
            .counterRates:
            nil
        }
    }

    /// Where an entry has it, of those that are rates.
    fileprivate var rate: WritableKeyPath<StickRecord, PeriodCounter>? {
        switch self {
        case .generalPurposeRate: \.generalPurposeRate
        case .connectionRate: \.connectionRate
        case .sessionRate: \.sessionRate
        case .bytesInRate: \.bytesInRate
        case .bytesOutRate: \.bytesOutRate
        case .secondRate: \.secondRate
        case .serverID, .tag, .generalPurpose, .connections, .currentConnections, .sessions, .requests, .requestRate,
            .requestErrors, .requestErrorRate, .bytesIn, .bytesOut, .second, .serverKey, .failures, .failureRate, .tags,
            .counters, .counterRates:
            nil
        }
    }
}

extension ProxyTable {
    /// The longest time ago that is told, in milliseconds: a tick of HAProxy's clock has 32 bits, and a sign.
    private static let longestAge: Int64 = 0x7FFF_FFFF

    /// How the table is defined to peers.
    ///
    /// - Parameters:
    ///   - number: its number among those that are shared.
    ///   - name: its name.
    ///   - remembersServers: whether sessions stick by it.
    /// - Returns: the definition.
    func definition(number: UInt64, name: String, remembersServers: Bool) -> PeerTable {
        let columns = TableColumn.columns(of: configuration, remembersServers: remembersServers)
        var table = PeerTable(
            number: number, name: name, keyKind: configuration.keyKind,
            lifetime: UInt64(configuration.expiry?.wholeMilliseconds ?? 0))
        for data in PeerData.allCases {
            guard let column = data.column, columns.contains(column) else { continue }
            table.data.append(data)
            if let counter = column.counter, counter.isRate { table.periods[data] = UInt64(periods[counter] ?? 0) }
        }
        return table
    }

    /// What peers are told of an entry.
    ///
    /// - Parameters:
    ///   - entry: the entry.
    ///   - number: the change's number.
    ///   - millisecondsLeft: what is left of its time; `nil` where it begins anew.
    ///   - table: what is told of each entry.
    ///   - now: what time it is.
    /// - Returns: the update.
    func update(
        of entry: StickTable<StickRecord>.Entry, number: UInt32, millisecondsLeft: UInt32?, as table: PeerTable,
        at now: Int64
    ) -> PeerUpdate {
        let record = entries[entry]
        var update = PeerUpdate(number: number, key: entries.key(of: entry), millisecondsLeft: millisecondsLeft)
        update.values.reserveCapacity(table.data.count)
        for data in table.data {
            if data == .serverKey {
                update.values.append(.text(record.server))
            } else if let rate = data.rate {
                let counter = record[keyPath: rate]
                update.values.append(
                    .rate(
                        age: UInt64(min(max(0, now - counter.begin), Self.longestAge)),
                        current: UInt64(max(0, counter.current)), previous: UInt64(max(0, counter.previous))))
            } else if let column = data.column {
                update.values.append(.number(UInt64(max(0, self.number(column, of: record, now)))))
            }
        }
        return update
    }

    /// Takes over what a peer has told of an entry: it overwrites what is known here, but for who is connected now.
    ///
    /// - Parameters:
    ///   - update: what it has told.
    ///   - table: what it tells of each entry.
    ///   - now: what time it is.
    func learn(_ update: PeerUpdate, as table: PeerTable, at now: Int64) {
        let left = update.millisecondsLeft.map(Int64.init) ?? entries.lifetime
        let expiresAt = entries.lifetime == nil ? Int64.max : now + (left ?? 0)
        entries.take(fitting(update.key), expiringAt: expiresAt, at: now) { mine in
            var record = mine ?? StickRecord()
            for (data, value) in zip(table.data, update.values) { learn(data, value, of: &record, now) }
            return record
        }
    }

    private func learn(_ data: PeerData, _ value: PeerValue, of record: inout StickRecord, _ now: Int64) {
        guard let column = data.column, data != .currentConnections else { return }
        if let counter = column.counter, periods[counter] == nil { return }
        switch value {
        case .number(let number):
            guard data.rate == nil else { return }
            record.set(column, to: Int64(truncatingIfNeeded: number & UInt64(Int64.max)), now)
        case .rate(let age, let current, let previous):
            guard let rate = data.rate else { return }
            record[keyPath: rate] = PeriodCounter(
                begin: now - Int64(min(age, UInt64(Self.longestAge))), current: Int64(UInt32(clamping: current)),
                previous: Int64(UInt32(clamping: previous)))
        case .text(let name): if data == .serverKey { record.server = name }
        case .several: break
        }
    }

    /// A key as this table keeps it.
    private func fitting(_ key: StickKey) -> StickKey {
        guard case .text(let text) = key, case .text(let length) = configuration.keyKind, text.utf8.count > length
        else { return key }
        return .text(String(decoding: text.utf8.prefix(length), as: UTF8.self))
    }
}
