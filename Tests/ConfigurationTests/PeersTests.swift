import Testing

@testable import Configuration

@Suite("peers sections")
struct PeersTests {
    private let table = """
        listen l
            bind :1
            timeout connect 1s
            timeout client 1s
            timeout server 1s
            stick-table type ip size 1k peers shared
            stick on src
            server s 127.0.0.1:2

        """

    private func messages(_ text: String, environment: [String: String] = [:]) -> [String] {
        Sample.parse(text + table, environment: environment).diagnostics.filter { $0.severity != .note }
            .map { "\($0.location.line):\($0.location.column) \($0.message)" }
    }

    @Test("'peer' says where the others are, and where this process listens")
    func peers() throws {
        let text = """
            global
                localpeer one
            peers shared
                log global
                peer one 127.0.0.1:10000
                peer two 192.0.2.2:10000
                peer three lb3.example:10000
                peer four unix@/run/four.sock
                peer five [2001:db8::5]:10000

            """
        let section = try #require(try Sample.parse(text + table).valid().peers.first)
        #expect(section.name == "shared" && section.localName == "one" && section.isActive && section.tables == [0])
        #expect(section.binds.map(\.address) == [.ipv4("127.0.0.1", port: 10_000)])
        #expect(
            section.peers.map(\.address) == [
                nil, .host("192.0.2.2", port: 10_000), .host("lb3.example", port: 10_000),
                .unix(path: "/run/four.sock"),
                .host("2001:db8::5", port: 10_000),
            ])
        var configuration = try Sample.parse(text + table).valid()
        #expect(configuration.logHosts == ["lb3.example"])
        configuration = configuration.sendingLogs(to: ["lb3.example": "192.0.2.3"])
        #expect(configuration.peers[0].peers[2].address == .host("192.0.2.3", port: 10_000))
    }

    @Test("'bind' and 'server' say the same, and 'disabled' switches it off")
    func binds() throws {
        let text = """
            global
                localpeer one
            peers shared
                default-bind backlog 7
                bind 127.0.0.1:10000,127.0.0.2:10000 mss 1400
                server one
                server two 192.0.2.2:10000

            """
        let section = try #require(try Sample.parse(text + table).valid().peers.first)
        #expect(section.binds.count == 2 && section.binds.allSatisfy { $0.backlog == 7 && $0.maximumSegment == 1_400 })
        #expect(section.peers.map(\.name) == ["one", "two"] && section.isActive)
        let off = text.replacing("peers shared", with: "peers shared\n    disabled")
        #expect(try Sample.parse(off + table).valid().peers.map(\.isActive) == [false])
    }

    @Test("this process is called as the command line says, or else as the file does, or else as the machine")
    func names() {
        let section = "peers shared\n    peer one 127.0.0.1:10000\n    peer two 192.0.2.2:10000\n"
        #expect(messages(section, environment: ["HAPROXY_LOCALPEER": "two"]).isEmpty)
        #expect(
            messages("global\n    localpeer one\n" + section, environment: ["HAPROXY_LOCALPEER": "two"])
                == ["2:5 'localpeer' is ignored: the name was given at the start, with '-L'"])
        #expect(messages("global\n    localpeer one\n" + section).isEmpty)
        #expect(
            messages("global\n    localpeer three\n" + section)
                == ["3:1 peers 'shared' are not used: none of them is 'three', as this process is called"])
        let late = messages(section.replacing("one", with: "${HAPROXY_LOCALPEER-one}") + "global\n    localpeer one\n")
        #expect(late.contains("5:5 'localpeer' is ignored: it stands after a 'peers' section"))
    }

    @Test(
        "a mistake is told where it is",
        arguments: [
            ("peers", "3:6 'peers' needs a name"), ("peers a b", "3:9 unexpected 'b' after 'a'"),
            ("peers a!", "3:7 '!' can't stand in the name of a peers section"),
            ("peers shared\n    peer", "4:9 'peer' needs a name and an address"),
            ("peers shared\n    peer a! 1.2.3.4:1", "4:10 '!' can't stand in the name of a peer"),
            ("peers shared\n    peer two 1.2.3.4", "4:14 '1.2.3.4' has no port"),
            ("peers shared\n    peer two 1.2.3.4:1-3", "4:14 '1-3' is not a port"),
            (
                "peers shared\n    peer two 1.2.3.4:1\n    peer two 1.2.3.4:2",
                "5:10 there is a peer 'two' in line 4 already"
            ),
            ("peers shared\n    peer one 127.0.0.1:10000 ssl", "4:30 peers can't speak TLS here"),
            ("peers shared\n    peer two 1.2.3.4:1 send-proxy", "4:10 peers are connected to directly here"),
            ("peers shared\n    peer two 1.2.3.4:1 check", "4:10 the options of peer 'two' have no effect"),
            ("peers shared\n    peer two", "4:10 peer 'two' has no address: it has to connect by itself"),
            ("peers shared\n    bind :5 ssl\n    server one", "4:13 peers can't speak TLS here"),
            ("peers shared\n    bind :5\n    peer one", "5:5 'peer' can't stand beside the 'bind' in line 4"),
            ("peers shared\n    bind :5\n    bind :6", "5:5 there is a 'bind' in line 4 already"),
            ("peers shared\n    server one 127.0.0.1:5", "4:16 'one' is this process itself"),
            ("peers shared\n    table", "4:10 'table' needs a name"),
            ("peers shared\n    table a/b type ip size 5", "4:11 '/' can't stand in the name of a table"),
            ("peers shared\n    table t size 5", "4:19 a stick table needs a 'type'"),
            ("peers shared\n    table t type ip size 5 peers x", "4:28 a table of a 'peers' section is shared"),
            (
                "peers shared\n    table t type ip size 5\n    table t type ip size 5",
                "5:11 there is a table 't' in line 4 already"
            ),
            ("peers shared\n    shards 2", "4:5 unknown keyword 'shards' in a 'peers' section"),
            ("peers shared\npeers shared", "4:7 there are peers 'shared' in line 3 already"),
            ("peers shared\n    peer one :1\n    peer two 1.2.3.4:1", "there: 0.0.0.0:1 is already listened on"),
        ])
    func mistakes(text: String, expected: String) {
        let said = messages("global\n    localpeer one\n" + text + "\n")
        let wanted = expected.hasPrefix("there: ") ? String(expected.dropFirst("there: ".count)) : expected
        #expect(
            said.contains { $0.hasPrefix(wanted) || expected.hasPrefix("there: ") && $0.contains(wanted) }, "\(said)")
    }

    @Test("a section's own table is named with the section, and is no proxy that is shown or counted")
    func tables() throws {
        let text = """
            global
                localpeer one
            peers shared
                peer one 127.0.0.1:10000
                table seen type string len 12 size 100 expire 1h store gpc0
            listen other
                bind :3
                timeout client 1s
                timeout server 1s
                timeout connect 1s
                tcp-request content track-sc0 src table shared/seen
                server s 127.0.0.1:2

            """
        let configuration = try Sample.parse(text).valid()
        #expect(configuration.proxies.map(\.name) == ["shared/seen", "other"] && configuration.peers[0].tables == [0])
        let table = configuration.proxies[0]
        #expect(table.rules.table?.keyKind == .text(length: 12) && table.rules.table?.peers == "shared")
        #expect(table.isDisabled && table.isTableAlone && !table.hasBackend && !table.hasFrontend)
        #expect(configuration.proxies[1].id == 2)
        let wrong = text.replacing("server s", with: "default_backend shared/seen\n    server s")
        #expect(Sample.parse(wrong).diagnostics.contains { $0.message == "there is no backend 'shared/seen'" })
        let unknown = text.replacing("table shared/seen", with: "table shared/sean")
        #expect(Sample.parse(unknown).diagnostics.contains { $0.message == "there is no stick table 'shared/sean'" })
    }

    @Test("a table's peers have to be there")
    func unknown() {
        #expect(messages("peers others\n    peer one :5\n").contains { $0.hasSuffix("there are no peers 'shared'") })
        #expect(messages("peers shared\n").contains { $0.hasSuffix("peers 'shared' has no peers") })
    }
}
