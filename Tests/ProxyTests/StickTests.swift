import AccessLog
import Balancing
import Configuration
import EventLoop
import Testing

@testable import Proxy

@Suite("What stick tables keep")
struct StickTests {
    private func address(_ text: String) throws -> SampleValue {
        guard case .ip(let endpoint)? = SocketAddress(ip: text, port: 1) else { return .none }
        return .address(endpoint)
    }

    private func key(_ kind: StickTableConfiguration.KeyKind, _ value: SampleValue) throws -> StickKey? {
        let text = "listen l\n    bind fd@9\n    stick-table type ip size 1\n    server s 192.0.2.1:1\n"
        let parsed = ConfigurationReader.parse(text, file: "t.cfg", instance: "t", environment: [:])
        var table = try #require(parsed.configuration?.proxies.first?.rules.table)
        table.keyKind = kind
        return table.key(of: value)
    }

    @Test("each kind of key is made of what has one")
    func keys() throws {
        #expect(try key(.ipv4, address("192.0.2.1")) == .ipv4(0xC000_0201))
        #expect(try key(.ipv4, address("::ffff:192.0.2.1")) == .ipv4(0xC000_0201))
        #expect(try key(.ipv4, address("2001:db8::1")) == nil)
        #expect(try key(.ipv4, .none) == nil)
        #expect(try key(.ipv6, address("2001:db8::1")) == .ipv6(0x2001_0DB8_0000_0000, 1))
        #expect(try key(.ipv6, address("192.0.2.1")) == .ipv6(0, 0xFFFF_C000_0201))
        #expect(try key(.integer, .integer(5)) == .integer(5))
        #expect(try key(.integer, .text("77")) == .integer(77))
        #expect(try key(.text(length: 4), .text("abcdefg")) == .text("abcd"))
        #expect(try key(.text(length: 4), .text("ab")) == .text("ab"))
        #expect(try key(.text(length: 20), address("192.0.2.1")) == .text("192.0.2.1"))
        #expect(try key(.bytes(length: 4), .binary([1, 2])) == .bytes([1, 2, 0, 0]))
        #expect(try key(.bytes(length: 2), .binary([1, 2, 3])) == .bytes([1, 2]))
    }

    private func table(_ store: String) throws -> ProxyTable {
        let text = "listen l\n    bind fd@9\n    stick-table type ip size 5 \(store)\n    server s 192.0.2.1:1\n"
        let parsed = ConfigurationReader.parse(text, file: "t.cfg", instance: "t", environment: [:])
        return ProxyTable(try #require(parsed.configuration?.proxies.first?.rules.table))
    }

    @Test("what is stored is counted and read, and nothing else is known")
    func counters() throws {
        let table = try table("store conn_cnt,conn_cur,conn_rate(1s),sess_cnt,bytes_in_cnt,bytes_out_rate(1s),gpc0")
        #expect(table.read(.connections, of: nil, 0) == 0)
        #expect(table.read(.sessionRate, of: nil, 0) == nil)
        let made = table.entries.entry(for: .ipv4(1), at: 0, initial: StickRecord())
        let entry = try #require(made)
        for _ in 0..<3 { table.countConnection(at: entry, 5_000) }
        table.countSession(at: entry, 5_000)
        table.countEnd(at: entry, bytesIn: 5_000, bytesOut: 300, 5_100)
        #expect(table.read(.connections, of: entry, 5_100) == 3)
        #expect(table.read(.currentConnections, of: entry, 5_100) == 2)
        #expect(table.read(.connectionRate, of: entry, 5_100) == 3)
        #expect(table.read(.connectionRate, of: entry, 9_000) == 0)
        #expect(table.read(.sessions, of: entry, 5_100) == 1)
        #expect(table.read(.kilobytesIn, of: entry, 5_100) == 4)
        #expect(table.read(.bytesOutRate, of: entry, 5_100) == 300)
        #expect(table.read(.sessionRate, of: entry, 5_100) == nil)
        #expect(table.read(.isTracked, of: entry, 5_100) == 1)
    }

    @Test("the number that rules count up is read, counted and cleared")
    func generalPurpose() throws {
        let table = try table("store gpc0,gpc0_rate(1s)")
        let made = table.entries.entry(for: .ipv4(1), at: 0, initial: StickRecord())
        let entry = try #require(made)
        #expect(table.read(.countUp, of: entry, 5_000) == 1)
        #expect(table.read(.countUp, of: entry, 5_000) == 2)
        #expect(table.read(.generalPurpose, of: entry, 5_000) == 2)
        #expect(table.read(.generalPurposeRate, of: entry, 5_000) == 2)
        #expect(table.read(.clear, of: entry, 5_000) == 2)
        #expect(table.read(.generalPurpose, of: entry, 5_000) == 0)
    }
}
