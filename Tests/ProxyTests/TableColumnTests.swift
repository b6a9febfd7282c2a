import Balancing
import Configuration
import Testing

@testable import Proxy

@Suite("Stick tables as commands see them")
struct TableColumnTests {
    private func table(_ words: String) throws -> StickTableConfiguration {
        let text = "listen l\n    bind fd@9\n    stick-table \(words)\n    server s 192.0.2.1:1\n"
        let parsed = ConfigurationReader.parse(text, file: "t.cfg", instance: "t", environment: [:])
        return try #require(parsed.configuration?.proxies.first?.rules.table)
    }

    @Test(
        "keys are read as persons write them, and shown so that a line stays a line",
        arguments: [
            ("ip", "192.0.2.1", "192.0.2.1"), ("ipv6", "2001:DB8::1", "2001:db8::1"),
            ("ipv6", "::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("integer", "010", "10"), ("integer", "7x", "7"),
            ("integer", "+7", "7"), ("integer", "0x10", "0"), ("string len 8", "longerthaneight", "longerth"),
            ("string", "a b=c\\", "a\\ b\\=c\\\\"), ("string", "é\t\u{1b}\u{1}", "\\xC3\\xA9\\t\\e\\x01"),
        ])
    func keys(kind: String, written: String, shown: String) throws {
        #expect(TableKey(written, in: try table("type \(kind) size 5"))?.text == shown)
    }

    @Test(
        "what is no key of a table is none",
        arguments: [
            ("ip", "zz"), ("ip", "::1"), ("ip", "1.2.3.4/8"), ("ipv6", "1.2.3.4"), ("integer", "abc"),
            ("integer", "-5"), ("integer", "4294967296"), ("integer", ""), ("binary len 4", "61626364"),
        ])
    func strangers(kind: String, written: String) throws {
        #expect(TableKey(written, in: try table("type \(kind) size 5")) == nil)
    }

    @Test("keys are in the order of their bytes: numbers by their last byte first")
    func order() throws {
        let table = try table("type integer size 5")
        let numbers = ["1", "256", "2", "65536", "4294967295"].compactMap { TableKey($0, in: table) }
        let sorted = numbers.sorted { $0.order.lexicographicallyPrecedes($1.order) }
        #expect(sorted.map(\.text) == ["65536", "256", "1", "2", "4294967295"])
    }

    @Test("what is set is read again; rates last for their time, and then leave")
    func setting() throws {
        let table = ProxyTable(
            try table("type ip size 5 store gpc0,gpc0_rate(10s),conn_cnt,conn_cur,sess_cnt,bytes_in_cnt,bytes_out_cnt"))
        var record = StickRecord()
        let columns = TableColumn.allCases.filter { ![.tag, .second, .secondRate].contains($0) }
        for (offset, column) in columns.enumerated() { record.set(column, to: Int64(offset + 1), 1_000) }
        #expect(table.number(.serverID, of: record, 1_000) == 1)
        #expect(table.number(.generalPurpose, of: record, 1_000) == 2)
        #expect(table.number(.generalPurposeRate, of: record, 11_000) == 3)
        #expect(table.number(.generalPurposeRate, of: record, 31_000) == 0)
        #expect(table.number(.connections, of: record, 1_000) == 4)
        // A rate that the table doesn't keep is none.
        #expect(table.number(.connectionRate, of: record, 1_000) == 0)
        #expect(table.number(.currentConnections, of: record, 1_000) == 6)
        #expect(table.number(.sessions, of: record, 1_000) == 7)
        #expect(table.number(.bytesIn, of: record, 1_000) == 9)
        #expect(table.number(.bytesOut, of: record, 1_000) == 11)
        record.set(.tag, to: 7, 0)
        record.set(.second, to: 8, 0)
        #expect(table.number(.tag, of: record, 1_000) == 7)
        #expect(table.number(.second, of: record, 1_000) == 8)
        record.set(.generalPurpose, to: -5, 0)
        record.set(.bytesIn, to: -1, 0)
        #expect(TableColumn.generalPurpose.text(record.generalPurpose) == "4294967291")
        #expect(TableColumn.bytesIn.text(record.bytesIn) == "18446744073709551615")
    }

    @Test("a table has the columns that it stores, and servers where sessions stick by it")
    func columns() throws {
        let table = try table("type ip size 5 store conn_cur,gpc0")
        #expect(TableColumn.columns(of: table, remembersServers: false) == [.generalPurpose, .currentConnections])
        #expect(
            TableColumn.columns(of: table, remembersServers: true)
                == [.serverID, .generalPurpose, .currentConnections, .serverKey])
    }

    @Test("entries are looked at slot by slot, without those that have gone or expired")
    func slots() throws {
        var table = StickTable<Int>(capacity: 10, lifetime: 100, makesRoom: true)
        for number in 0..<5 { _ = table.entry(for: .integer(UInt32(number)), at: Int64(number), initial: number) }
        let isGone = table.remove(.integer(3), at: 5)
        #expect(isGone)
        #expect(table.slotCount == 5)
        #expect(table.entries(inSlots: 0..<3, at: 50).map(\.key) == [.integer(0), .integer(1), .integer(2)])
        #expect(table.entries(inSlots: 3..<99, at: 50).map(\.key) == [.integer(4)])
        #expect(table.entries(inSlots: 0..<5, at: 102).map(\.key) == [.integer(4)])
    }
}
