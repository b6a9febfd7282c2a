import Testing

@testable import Configuration

@Suite("Threads")
struct ThreadTests {
    private func parse(_ global: String, _ lines: String = "", bind: String = "") -> ParsedInstance {
        let text = """
            global
                \(global)
            defaults
                mode tcp
                timeout connect 1s
                timeout client 1s
                timeout server 1s
            listen l
                bind 127.0.0.1:1 \(bind)
                server s 127.0.0.1:2
            \(lines)

            """
        return ConfigurationReader.parse(text, file: "t.cfg", instance: "t", environment: [:])
    }

    @Test("nbthread says how many; without it one, or as many as somebody says elsewhere")
    func count() throws {
        #expect(try parse("nbthread 4").clean().threads() == 4)
        #expect(try parse("nbthread 4").clean().threads(orElse: 2) == 4)
        #expect(try parse("node a").clean().threads() == 1)
        #expect(try parse("node a").clean().threads(orElse: 3) == 3)
        #expect(try parse("nbthread 1").clean().threads(orElse: 3) == 1)
        #expect(try parse("nbthread 2\n    nbthread 3").clean().threads() == 3)
    }

    @Test("a wrong number is an error at its place", arguments: ["0", "65", "x", ""])
    func wrongCount(text: String) {
        let parsed = parse("nbthread \(text)")
        #expect(parsed.configuration == nil)
        #expect(parsed.diagnostics.first?.location.line == 2)
    }

    @Test(
        "nothing in a file takes its threads away",
        arguments: [
            ("", "    stick-table type ip size 10\n    stick on src"), ("", "    rate-limit sessions 5"),
            ("maxconnrate 5", ""), ("maxsessrate 5", ""), ("", "ring r\n    server s 127.0.0.1:514"),
            ("", "    failback manual\n    server b 127.0.0.1:3 backup"), ("", "    rebalance auto"),
            ("", "    server b 127.0.0.1:3 source 127.0.0.1:1000-2000"),
            ("", "    tcp-request connection reject if { fe_sess_rate gt 5 }"),
            ("", "    tcp-request connection set-var(proc.last) src"),
        ])
    func shared(global: String, lines: String) throws {
        let parsed = parse("nbthread 2\n    \(global)", lines)
        #expect(!parsed.diagnostics.contains { $0.message.contains("nbthread") })
        #expect(try parsed.valid().threads() == 2)
        #expect(try parsed.valid().asksForSessionRates == lines.contains("sess_rate"))
    }

    @Test(
        "a set of threads, as HAProxy reads it",
        arguments: [
            ("all", [1, 2, 3, 64]), ("odd", [1, 3]), ("even", [2, 64]), ("2", [2]), ("2-3", [2, 3]), ("3-2", [2, 3]),
            ("2-", [2, 3, 64]), ("1/1-2", [1, 2]), ("1 thread 3", [1, 3]),
        ])
    func sets(text: String, members: [Int]) throws {
        let threads = try #require(try parse("nbthread 64", bind: "thread \(text)").clean().proxies[0].binds[0].threads)
        #expect([1, 2, 3, 64].filter(threads.contains) == members)
        #expect(!threads.contains(0) && !threads.contains(65))
    }

    @Test(
        "what is no set of threads is an error",
        arguments: ["0", "65", "1,2", "x", "-", "-2", "2/1", "1-x", "1-2-3", "+1"])
    func wrongSets(text: String) {
        let parsed = parse("nbthread 2", bind: "thread \(text)")
        #expect(parsed.configuration == nil)
        #expect(parsed.diagnostics.map(\.location.line) == [9])
    }

    @Test("an address on which no thread accepts is an error")
    func nobody() {
        let parsed = parse("nbthread 2", bind: "thread 3-4")
        #expect(parsed.diagnostics.map(\.message) == ["no thread accepts at '127.0.0.1:1': there are 2"])
        #expect(parsed.configuration == nil)
    }
}
