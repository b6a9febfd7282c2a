import Balancing
import Configuration

/// How many slots of a table are looked at between two turns: traffic waits for no more than that.
private let slotsInPage = 1_024

extension WorkerRequest where Answer == TablePage? {
    /// Some entries of a proxy's stick table; `nil` where it has none.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index.
    ///   - slot: 0 at first, then what the page before says.
    ///   - filters: which entries; all of them have to accept an entry.
    /// - Returns: the request.
    public static func tableEntries(of proxy: Int, from slot: Int, _ filters: [TableFilter]) -> Self {
        Self { loop -> TablePage? in
            guard let table = loop.tables[proxy] else { return nil }
            table.entries.removeExpired(at: loop.tableTime)
            var page = table.page(from: slot, at: loop.tableTime)
            page.entries.removeAll { entry in !filters.allSatisfy { $0.accepts(entry) } }
            return page
        }
    }

    /// Removes entries of a proxy's stick table that nobody uses; `nil` where it has none.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index.
    ///   - slot: 0 at first, then what the page before says.
    ///   - filters: which entries; all of them have to accept an entry.
    /// - Returns: the request; its page has the entries that were removed.
    public static func clearTable(of proxy: Int, from slot: Int, _ filters: [TableFilter]) -> Self {
        Self { loop -> TablePage? in
            guard let table = loop.tables[proxy] else { return nil }
            var page = table.page(from: slot, at: loop.tableTime)
            page.entries = page.entries.filter { entry in
                filters.allSatisfy { $0.accepts(entry) } && table.entries.remove(entry.key.key, at: loop.tableTime)
            }
            return page
        }
    }

    /// The entry of one key in a proxy's stick table, if there is one; `nil` where the proxy has no table.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index.
    ///   - key: the key.
    /// - Returns: the request; the entry is not touched by it.
    public static func tableEntry(of proxy: Int, _ key: TableKey) -> Self {
        Self { loop -> TablePage? in
            guard let table = loop.tables[proxy] else { return nil }
            guard let entry = table.entries.find(key.key, at: loop.tableTime) else {
                return TablePage(used: table.entries.count, entries: [], next: nil)
            }
            return table.page(from: entry.position, count: 1, at: loop.tableTime)
        }
    }
}

/// What came of a change of one entry.
public enum TableChange: Sendable, Equatable {
    case done
    /// Somebody uses the entry, which stays therefore.
    case inUse
    /// The table is full, and keeps what it has.
    case full
    /// The proxy has no table.
    case noTable
}

extension WorkerRequest where Answer == TableChange {
    /// Sets numbers of an entry of a proxy's stick table, which is made where there is none.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index.
    ///   - key: the entry's key.
    ///   - values: which numbers, in the order in which they are set.
    /// - Returns: the request.
    public static func setTableEntry(
        of proxy: Int, _ key: TableKey, _ values: [(column: TableColumn, number: Int64)]
    ) -> Self {
        Self { loop in
            guard let table = loop.tables[proxy] else { return .noTable }
            guard let entry = table.entries.entry(for: key.key, at: loop.tableTime, initial: StickRecord()) else {
                return .full
            }
            for value in values { table.entries[entry].set(value.column, to: value.number, loop.tableTime) }
            return .done
        }
    }

    /// Removes an entry of a proxy's stick table; it is well if there is none.
    ///
    /// - Parameters:
    ///   - proxy: the proxy's index.
    ///   - key: the entry's key.
    /// - Returns: the request.
    public static func removeTableEntry(of proxy: Int, _ key: TableKey) -> Self {
        Self { loop in
            guard let table = loop.tables[proxy] else { return .noTable }
            guard table.entries.find(key.key, at: loop.tableTime) != nil else { return .done }
            return table.entries.remove(key.key, at: loop.tableTime) ? .done : .inUse
        }
    }
}

extension ProxyTable {
    /// The entries of some slots.
    ///
    /// - Parameters:
    ///   - slot: the first slot.
    ///   - count: how many.
    ///   - now: what time it is.
    /// - Returns: the entries.
    fileprivate func page(from slot: Int, count: Int = slotsInPage, at now: Int64) -> TablePage {
        let end = slot + count
        let found = entries.entries(inSlots: slot..<end, at: now).map { found in
            let record = entries[found.entry]
            return TableEntrySnapshot(
                key: TableKey(found.key), position: found.entry.position, uses: found.uses,
                millisecondsLeft: found.millisecondsLeft,
                numbers: TableColumn.allCases.map { number($0, of: record, now) }, server: record.server,
                elements: elements(of: found.entry, now))
        }
        return TablePage(used: entries.count, entries: found, next: end < entries.slotCount ? end : nil)
    }
}
