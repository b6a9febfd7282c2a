import Balancing
import Configuration
import Seeds
import Testing

@testable import Proxy

@Suite("Stick tables that go on in another process")
struct KeptTableTests {
    private func record(_ seed: Int64) -> StickRecord {
        var record = StickRecord()
        record.server = seed.isMultiple(of: 2) ? "rabbit \(seed)" : nil
        record.serverID = seed
        record.connections = seed * 3
        record.sessions = seed * 2
        record.bytesIn = seed << 33
        record.generalPurpose = -seed
        record.connectionRate = PeriodCounter(begin: 9_000, current: seed, previous: 4)
        return record
    }

    private func tables() -> [KeptTable] {
        let keys: [(StickTableConfiguration.KeyKind, [StickKey])] = [
            (.ipv4, [.ipv4(0), .ipv4(.max)]), (.ipv6, [.ipv6(.max, 0), .ipv6(0, 1)]), (.integer, [.integer(7)]),
            (.text(length: 8), [.text(""), .text("table"), .text("a b\n\u{e9}")]),
            (.bytes(length: 2), [.bytes([0, 255])]),
        ]
        return keys.enumerated().map { index, keys in
            KeptTable(
                proxy: "proxy_\(index)", keyKind: keys.0, periods: [.connectionRate: 10_000, .generalPurpose: 0],
                entries: keys.1.enumerated().map { number, key in
                    KeptTable.Entry(
                        key: key, expiresAt: number == 1 ? .max : 60_000, record: record(Int64(number + index)))
                })
        }
    }

    @Test("they are read as they were written")
    func same() throws {
        let text = KeptTableText.write(tables(), wall: 1_000_000, now: 10_000)
        #expect(try KeptTableText.read(text, wall: 1_000_000, now: 10_000) == tables())
        #expect(try KeptTableText.read(KeptTableText.write([], wall: 5, now: 0), wall: 5, now: 0).isEmpty)
    }

    @Test("arrays are read as they were written")
    func arrays() throws {
        var tables = tables()
        tables[0].entries[0].record.arrays.counts = [0, 5]
        tables[0].entries[0].record.arrays.tags = [7]
        tables[0].entries[1].record.arrays.rates = [PeriodCounter(), PeriodCounter()]
        let text = KeptTableText.write(tables, wall: 1_000_000, now: 10_000)
        #expect(try KeptTableText.read(text, wall: 1_000_000, now: 10_000) == tables)
    }

    @Test("entries have grown older by the time since then, also when the machine's clock began anew")
    func age() throws {
        let text = KeptTableText.write(tables(), wall: 1_000_000, now: 10_000)
        let later = try KeptTableText.read(text, wall: 1_020_000, now: 100)
        #expect(later[0].entries.map(\.expiresAt) == [100 + 50_000 - 20_000, .max])
        #expect(later[0].entries[0].record.connectionRate.begin == 100 - 1_000 - 20_000)
        // Those whose time was over meanwhile are gone.
        #expect(try KeptTableText.read(text, wall: 1_050_000, now: 100)[0].entries.map(\.expiresAt) == [.max])
        // A clock that was set back lets nothing live longer.
        #expect(try KeptTableText.read(text, wall: 0, now: 100)[0].entries[0].expiresAt == 100 + 50_000)
    }

    @Test("a file of the version before is read, and what it doesn't have begins with nothing")
    func former() throws {
        let text = """
            stick-tables 1 1000
            table l ip conn_rate=10000
            7 5000 - 2 3 4 50 60 7 1000:8:9 - - - -

            """
        let tables = try KeptTableText.read(text, wall: 2_000, now: 10_000)
        let entry = try #require(tables.first?.entries.first)
        var record = StickRecord()
        (record.serverID, record.connections, record.sessions) = (2, 3, 4)
        (record.bytesIn, record.bytesOut, record.generalPurpose) = (50, 60, 7)
        record.connectionRate = PeriodCounter(begin: 8_000, current: 8, previous: 9)
        #expect(entry == KeptTable.Entry(key: .ipv4(7), expiresAt: 14_000, record: record))
        // In the layout of today that line has too few numbers.
        #expect(throws: KeptTableText.Damage.self) {
            try KeptTableText.read(text.replacing("tables 1", with: "tables 2"), wall: 2_000, now: 10_000)
        }
    }

    @Test("a damaged file is told by its line, and ends nothing")
    func damage() throws {
        let text = KeptTableText.write(tables(), wall: 1_000_000, now: 10_000)
        for (wrong, line) in [
            ("", nil), ("x", 1), ("stick-tables 3 5", 1), ("stick-tables 2 5\n7 7", 2),
            ("stick-tables 2 5\ntable a ip conn_cnt", 2), ("stick-tables 2 5\ntable a string", 2),
        ] as [(String, Int?)] {
            if let line {
                let damage = #expect(throws: KeptTableText.Damage.self) {
                    try KeptTableText.read(wrong, wall: 0, now: 0)
                }
                #expect(damage?.description == "line \(line) is damaged")
            } else {
                #expect(try KeptTableText.read(wrong, wall: 0, now: 0).isEmpty)
            }
        }
        // Whatever is left after bytes were lost or changed is read or refused.
        var generator = SeededGenerator(seed: 3)
        let bytes = Array(text.utf8)
        for _ in 0..<3_000 {
            var other = bytes
            for _ in 0..<3 {
                other[Int.random(in: 0..<other.count, using: &generator)] =
                    "0123456789-:x =\n"
                    .utf8.randomElement(using: &generator) ?? 0
            }
            other.removeLast(Int.random(in: 0..<other.count, using: &generator))
            let read = try? KeptTableText.read(String(decoding: other, as: UTF8.self), wall: 0, now: 0)
            #expect((read?.count ?? 0) <= tables().count + 3)
        }
    }

    private func table(_ lines: String) throws -> ProxyTable {
        let text = "listen l\n    bind fd@9\n    \(lines)\n    server s 192.0.2.1:1\n"
        let parsed = ConfigurationReader.parse(text, file: "t.cfg", instance: "t", environment: [:])
        return ProxyTable(try #require(parsed.configuration?.proxies.first?.rules.table))
    }

    @Test("what a table counts goes on, and what it counts otherwise begins anew")
    func counters() throws {
        let table = try table("stick-table type ip size 10 expire 30s store conn_cnt,conn_cur,conn_rate(5s),gpc0")
        var old = record(4)
        old.currentConnections = 3
        let periods: [StickTableConfiguration.Counter: Int64] = [
            .connections: 0, .currentConnections: 0, .connectionRate: 10_000, .sessions: 0,
        ]
        let entries = [KeptTable.Entry(key: .ipv4(1), expiresAt: 1_000_000, record: old)]
        table.take(KeptTable(proxy: "l", keyKind: .ipv4, periods: periods, entries: entries), at: 10_000)
        let found = table.entries.all(at: 10_000)
        #expect(found.map(\.millisecondsLeft) == [30_000])
        let record = table.entries[try #require(found.first).entry]
        #expect(record.connections == 12)
        #expect(record.currentConnections == 0)
        // Another period, and what the earlier table didn't keep.
        #expect(record.connectionRate == PeriodCounter())
        #expect(record.generalPurpose == 0)
        #expect(record.server == "rabbit 4")
    }

    @Test("of an entry that two workers have, the higher numbers count, and the server of the one that goes on")
    func joined() throws {
        let table = try table("stick-table type ip size 10 store conn_cnt,conn_cur,gpc0")
        let made = table.entries.entry(for: .ipv4(1), at: 0, initial: StickRecord())
        let entry = try #require(made)
        table.entries[entry].server = "mine"
        table.entries[entry].connections = 2
        table.entries[entry].currentConnections = 1
        table.entries[entry].generalPurpose = 9
        var theirs = record(4)
        theirs.generalPurpose = 5
        let kept = [KeptTable.Entry(key: .ipv4(1), expiresAt: .max, record: theirs)]
        table.take(KeptTable(proxy: "l", keyKind: .ipv4, periods: table.periods, entries: kept), at: 0)
        #expect(table.entries[entry].server == "mine")
        #expect(table.entries[entry].connections == 12)
        #expect(table.entries[entry].currentConnections == 1)
        #expect(table.entries[entry].generalPurpose == 9)
    }
}
