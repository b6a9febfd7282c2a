import Testing

@testable import Configuration

@Suite("Balance keywords")
struct BalanceKeywordTests {
    @Test(
        "each algorithm is read",
        arguments: [
            ("roundrobin", ProxyConfiguration.Balance.roundRobin), ("static-rr", .staticRoundRobin),
            ("leastconn", .leastConnections), ("first", .first), ("source", .source), ("random", .random(draws: 2)),
            ("random(5)", .random(draws: 5)),
        ])
    func algorithms(text: String, expected: ProxyConfiguration.Balance) throws {
        let parsed = Sample.listen("balance \(text)")
        #expect(try parsed.valid().proxies[0].balance == expected)
        #expect(expected.keyword == text.prefix { $0 != "(" })
    }

    @Test(
        "algorithms that read requests fall back to taking turns in TCP, as in HAProxy", arguments: ["uri", "hdr(x)"])
    func contentInTCP(text: String) throws {
        let parsed = Sample.listen("balance \(text)")
        #expect(parsed.messages(.warning).count == 1)
        #expect(try parsed.valid().proxies[0].balance == .roundRobin)
    }

    @Test("a hash has HAProxy's defaults: SDBM, and mixed when consistent alone is written")
    func hashDefaults() throws {
        #expect(try Sample.listen().valid().proxies[0].hashing == HashingConfiguration())
        let alone = try Sample.listen("hash-type consistent").valid().proxies[0].hashing
        #expect(alone.method == .consistent && alone.function == .sdbm && alone.isAvalanched)
        let mapped = try Sample.listen("hash-type map-based").valid().proxies[0].hashing
        #expect(mapped == HashingConfiguration())
    }

    @Test("a hash's function, its mixing and its bound are read")
    func hash() throws {
        let lines = ["hash-balance-factor 150", "hash-type consistent crc32 avalanche"]
        let full = try Sample.listen(lines[0], lines[1]).valid().proxies[0].hashing
        #expect(full.function == .crc32 && full.isAvalanched && full.balanceFactor == 150)
        let plain = try Sample.listen("hash-type consistent wt6").valid().proxies[0].hashing
        #expect(plain.function == .wt6 && !plain.isAvalanched && plain.balanceFactor == nil)
        #expect(try Sample.listen("hash-balance-factor 0").valid().proxies[0].hashing.balanceFactor == nil)
    }
}
