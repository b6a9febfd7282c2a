import Configuration
import Proxy

/// The stick table that a command names.
struct NamedTable: Sendable {
    /// The index of its proxy.
    let proxy: Int
    /// Its name, which is its proxy's.
    let name: String
    /// What its line says.
    let configuration: StickTableConfiguration
    /// What its entries have.
    let columns: [TableColumn]

    /// All tables of an instance, as `show table` lists them: the last one of the file first.
    ///
    /// - Parameter configuration: the instance's.
    /// - Returns: the tables.
    static func all(in configuration: InstanceConfiguration) -> [NamedTable] {
        let sticking = Set(configuration.proxies.flatMap(\.rules.sticking).map(\.table))
        return configuration.proxies.enumerated().compactMap { index, proxy in
            proxy.rules.table.map { table in
                NamedTable(
                    proxy: index, name: proxy.name, configuration: table,
                    columns: TableColumn.columns(of: table, remembersServers: sticking.contains(index)))
            }
        }.reversed()
    }

    /// The line that says what it is.
    ///
    /// - Parameter used: how many entries it has.
    /// - Returns: the line.
    func header(used: Int) -> String {
        "# table: \(name), type: \(configuration.keyKind.word), size:\(configuration.size), used:\(used)\n"
    }

    /// The line of an entry.
    ///
    /// - Parameter entry: the entry.
    /// - Returns: the line.
    func line(of entry: TableEntrySnapshot) -> String {
        let number = String(proxy << 32 | entry.position + 1, radix: 16)
        var line = "0x\(number): key=\(entry.key.text) use=\(entry.uses) exp=\(entry.millisecondsLeft)"
        for column in columns {
            switch column {
            case .serverKey: line += " \(column.rawValue)=\(entry.server ?? "-")"
            case .serverID, .generalPurpose, .generalPurposeRate, .connections, .connectionRate, .currentConnections,
                .sessions, .sessionRate, .bytesIn, .bytesInRate, .bytesOut, .bytesOutRate, .second, .secondRate, .tag:
                line += " \(column.rawValue)\(period(of: column))=\(column.text(entry[column]))"
            }
        }
        for element in entry.elements { line += " \(element)" }
        return line + "\n"
    }

    /// The time over which a rate is counted, in milliseconds and parentheses.
    private func period(of column: TableColumn) -> String {
        guard let counter = StickTableConfiguration.Counter(rawValue: column.rawValue), counter.isRate,
            let period = configuration.counters[counter]
        else { return "" }
        return "(\(Int64(period / .milliseconds(1))))"
    }
}

extension StickTableConfiguration.KeyKind {
    /// As files name it.
    fileprivate var word: String {
        switch self {
        case .ipv4: "ip"
        case .ipv6: "ipv6"
        case .integer: "integer"
        case .text: "string"
        case .bytes: "binary"
        }
    }
}
