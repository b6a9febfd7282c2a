import Testing

@testable import Configuration

@Suite("Keywords of connections, limits and marks")
struct TrafficKeywordTests {
    private func server(_ options: String, _ location: Testing.SourceLocation = #_sourceLocation) throws
        -> ServerConfiguration
    {
        let parsed = Sample.server("server s 192.0.2.1:80 \(options)")
        return try parsed.valid(location).proxies[0].servers[0]
    }

    @Test("a server's limits and marks are read")
    func serverLimits() throws {
        let limits = try server("minconn 10 maxconn 100 slowstart 1500ms")
        #expect(limits.minconn == 10 && limits.maxconn == 100)
        #expect(limits.slowStart == .seconds(2))
        let marks = try server("on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions")
        #expect(marks.closesSessionsWhenDown && marks.closesBackupSessionsWhenUp)
        let observed = try server("check observe layer4 error-limit 5 on-error mark-down").observation
        #expect(observed?.errorLimit == 5 && observed?.reaction == .markDown)
        #expect(try server("check error-limit 5").observation == nil)
    }

    @Test("minconn alone, or above maxconn, is the limit at every load")
    func minconnAlone() throws {
        for options in ["minconn 10", "minconn 10 maxconn 5", "minconn 10 maxconn 10"] {
            let server = try server(options)
            #expect(server.maxconn == 10 && server.minconn == nil)
        }
    }

    @Test("how a server is connected to is read")
    func serverConnections() throws {
        let server = try server("source 192.0.2.9:1000-2000 interface eth1 tcp-ut 5s tfo")
        #expect(server.source == SourceConfiguration(address: "192.0.2.9", ports: 1000...2000, interface: "eth1"))
        #expect(server.userTimeout == .seconds(5) && server.usesFastOpen)
        #expect(try self.server("source *").source == SourceConfiguration(address: "0.0.0.0"))
        #expect(try !self.server("tfo no-tfo").usesFastOpen)
    }

    @Test("the header of connections and checks is read as HAProxy reads it")
    func proxyHeaders() throws {
        #expect(try server("send-proxy").proxyHeader == .version1)
        #expect(try server("send-proxy send-proxy-v2").proxyHeader == .version2([]))
        #expect(try server("send-proxy send-proxy-v2 no-send-proxy-v2").proxyHeader == .version1)
        #expect(try server("proxy-v2-options crc32c").proxyHeader == .version1)
        #expect(
            try server("send-proxy-v2 proxy-v2-options crc32c,unique-id").proxyHeader
                == .version2([.crc32c, .uniqueID]))
        #expect(try server("send-proxy-v2-ssl-cn").proxyHeader == .version2([.ssl, .certificateName]))
        #expect(try server("send-proxy-v2-ssl no-send-proxy-v2-ssl").proxyHeader == nil)
        let checks: [(String, ProxyHeader?)] = [
            ("check", nil), ("check check-send-proxy", .version1), ("send-proxy check", .version1),
            ("send-proxy-v2 check port 5", nil), ("send-proxy-v2 check addr 192.0.2.2", nil),
            ("send-proxy-v2 check port 5 check-send-proxy", .version2([])),
            ("send-proxy check no-check-send-proxy", .version1),
        ]
        for (options, expected) in checks { #expect(try server(options).check?.proxyHeader == expected, "\(options)") }
    }

    @Test("how a server's name becomes its address is read")
    func names() throws {
        let text =
            "resolvers dns\n    nameserver a 192.0.2.53\n    hold nx 5s\n    timeout retry 2s\n    resolve_retries 4\n"
            + "    accepted_payload_size 4096\n    parse-resolv-conf\n" + Sample.defaults
            + "listen a\n    bind :1\n    server s app.example:80 resolvers dns resolve-prefer ipv4 init-addr last,none\n"
        let instance = try Sample.parse(text).valid()
        let section = try #require(instance.resolvers.first)
        #expect(section.nameServers == [.init(name: "a", address: "192.0.2.53", port: 53)])
        #expect(section.hold.unknownName == .seconds(5) && section.hold.valid == .seconds(10))
        #expect(section.retryTimeout == .seconds(2) && section.retries == 4 && section.acceptedPayload == 4096)
        #expect(section.usesSystemServers)
        let resolution = instance.proxies[0].servers[0].resolution
        #expect(resolution.resolvers == "dns" && resolution.preference == .ipv4)
        #expect(resolution.initialAddress == [.last, .none])
        #expect(NameResolutionConfiguration().initialAddress == [.last, .system])
    }

    @Test("a template makes servers with numbers")
    func template() throws {
        let parsed = Sample.listen("server-template app 2-4 app.example:80 check weight 5")
        let servers = try parsed.valid().proxies[0].servers.dropFirst()
        #expect(servers.map(\.name) == ["app2", "app3", "app4"])
        #expect(servers.map(\.templatePosition) == [1, 2, 3])
        #expect(servers.map(\.id) == [2, 3, 4])
        #expect(servers.allSatisfy { $0.address == .name("app.example", port: 80) && $0.weight == 5 })
        for number in ["0", "3-1", "x", "1-", "2000"] {
            #expect(Sample.listen("server-template app \(number) app.example:80").messages(.error).count == 1)
        }
    }

    @Test("a proxy's limits, probes and source are read")
    func proxies() throws {
        let parsed = Sample.listen(
            "rate-limit sessions 50", "option tcpka", "clitcpka-cnt 3", "clitcpka-idle 30s", "srvtcpka-intvl 1500ms",
            "source 192.0.2.9 interface eth1", "option abortonclose", "option log-health-checks", "option redispatch 2")
        let proxy = try parsed.valid().proxies[0]
        #expect(proxy.sessionRateLimit == 50 && proxy.abortsOnClose && proxy.logsHealthChecks)
        #expect(proxy.clientKeepalive.isOn && proxy.clientKeepalive.count == 3)
        #expect(proxy.clientKeepalive.idle == .seconds(30))
        #expect(proxy.serverKeepalive.isOn && proxy.serverKeepalive.interval == .seconds(2))
        #expect(proxy.source == SourceConfiguration(address: "192.0.2.9", interface: "eth1"))
        #expect(proxy.redispatches && proxy.redispatchInterval == 2)
        let off = try Sample.listen("option redispatch 0", "option tcpka", "no option clitcpka").valid().proxies[0]
        #expect(!off.redispatches && !off.clientKeepalive.isOn && off.serverKeepalive.isOn)
    }

    @Test("an address's options are read")
    func binds() throws {
        let bind = try Sample.bind("bind :1 defer-accept tfo transparent mss -20 tcp-ut 1s").valid().proxies[0].binds[0]
        #expect(bind.defersAccept && bind.usesFastOpen && bind.isTransparent)
        #expect(bind.maximumSegment == -20 && bind.userTimeout == .seconds(1))
    }

    @Test("a server without a port of its own gets its clients', with its distance")
    func portOffsets() throws {
        let server = try Sample.server("server s 192.0.2.1:+1000").valid().proxies[0].servers[0]
        #expect(server.address == .ip("192.0.2.1", port: 6672))
        #expect(server.portOffset == nil)
        let below = try Sample.server("server s 192.0.2.1:-1000").valid().proxies[0].servers[0]
        #expect(below.address == .ip("192.0.2.1", port: 4672))
    }

    @Test("variables in addresses need no quotes, and one that is not set is told")
    func variablesInAddresses() throws {
        let text = Sample.defaults + "listen a\n    bind ${IP}:$PORT\n    server s ${HOST-192.0.2.3}:1\n"
        let proxy = try Sample.parse(text, environment: ["IP": "127.0.0.1", "PORT": "81"]).clean().proxies[0]
        #expect(proxy.binds.map(\.address) == [.ipv4("127.0.0.1", port: 81)])
        #expect(proxy.servers.map(\.address) == [.ip("192.0.2.3", port: 1)])
        let missing = Sample.parse(text, environment: ["PORT": "81"])
        #expect(missing.messages(.warning) == ["the variable 'IP' is not set"])
    }

    @Test("responses can be observed in HTTP alone, where connections are observed instead")
    func observedResponses() throws {
        let parsed = Sample.listen("server s 192.0.2.1:3 check observe layer7")
        #expect(
            parsed.messages(.warning) == [
                "'observe layer7' of server 's' can only be used in 'mode http': nothing is observed"
            ])
        #expect(try parsed.valid().proxies[0].servers.last?.observation == nil)
        let http = Sample.listen("mode http", "server s 192.0.2.1:3 check observe layer7")
        #expect(http.messages(.warning).contains { $0.contains("observes connections alone") })
        let servers = try http.valid().proxies[0].servers
        #expect(servers.last?.observation?.layer == .layer4)
    }

    @Test("tracking names a checked server, and never itself")
    func tracking() throws {
        let head = Sample.defaults + "backend b\n    server one 192.0.2.1:1 check\n    server two 192.0.2.1:2\n"
        let cases = [
            ("b/one", []), ("b/none", ["there is no server 'none' in 'b' to track"]),
            ("c/one", ["there is no backend 'c' to track"]),
            ("b/two", ["server 'two' is not checked, so there is nothing to track"]),
            ("s", ["'track' goes round in a circle"]),
            ("b/one check", ["server 's' can't both be checked and track another"]),
        ]
        for (what, expected) in cases {
            let parsed = Sample.parse(head + "listen a\n    bind :1\n    server s 192.0.2.1:3 track \(what)\n")
            #expect(parsed.messages(.error) == expected)
        }
    }

    @Test("a server at the client's own destination has no address, and its port follows or stays")
    func destinations() throws {
        let cases: [(String, ServerAddress, Int?)] = [
            ("0.0.0.0", .destination(port: 0), 0), ("*", .destination(port: 0), 0), (":5", .destination(port: 5), nil),
            ("0.0.0.0:+1", .destination(port: 0), 1), ("[::]:7", .destination(port: 7), nil),
        ]
        for (text, address, offset) in cases {
            let server = try #require(Sample.listen("server t \(text)").configuration?.proxies.first?.servers.last)
            #expect(server.address == address, "\(text)")
            #expect(server.portOffset == offset, "\(text)")
        }
    }

    @Test("where a connection tells where its client wanted to go, its port counts and not the line's")
    func toldPorts() throws {
        for option in ["accept-proxy", "transparent"] {
            let text = Sample.defaults + "listen a\n    bind :1 \(option)\n    server t 192.0.2.1:+1\n"
            let parsed = Sample.parse(text)
            let server = try #require(parsed.configuration?.proxies.first?.servers.first)
            #expect(server.address == .ip("192.0.2.1", port: 2), "\(option)")
            #expect(server.portOffset == 1, "\(option)")
            #expect(parsed.messages(.note).isEmpty, "\(option)")
        }
    }

    @Test("option transparent sends sessions where their clients wanted to go, and goes with no balance and no servers")
    func transparent() throws {
        let head = Sample.defaults + "listen a\n    bind :1 accept-proxy\n"
        let proxy = try #require(Sample.parse(head + "    option transparent\n").configuration?.proxies.first)
        #expect(proxy.dispatch == .destination(port: 0))
        let cases = [
            ("balance roundrobin", ["'a' can't have both 'option transparent' and 'balance'"], []),
            (
                "server s 192.0.2.1:1",
                ["the servers of 'a' would never be used: its 'option transparent' goes before them"], []
            ),
            ("dispatch 192.0.2.1:1", [], ["'option transparent' of 'a' has no effect: its 'dispatch' goes before it"]),
            ("no option transparent", [], ["listen 'a' has no servers: every connection is closed at once"]),
            ("bind :2", [], ["who comes in at 0.0.0.0:2 wanted to come here: 'a' would connect to itself"]),
        ]
        for (line, errors, warnings) in cases {
            let parsed = Sample.parse(head + "    option transparent\n    \(line)\n")
            #expect(parsed.messages(.error) == errors, "\(line)")
            #expect(parsed.messages(.warning) == warnings, "\(line)")
        }
    }

    @Test("usesrc says whose address servers see")
    func foreignSources() throws {
        let cases: [(String, ForeignSource)] = [
            ("clientip", .clientAddress), ("client", .clientEndpoint), ("192.0.2.7", .address("192.0.2.7", port: 0)),
            ("192.0.2.7:80", .address("192.0.2.7", port: 80)), ("[2001:db8::1]:80", .address("2001:db8::1", port: 80)),
        ]
        for (words, expected) in cases {
            let line = "server t 192.0.2.2:1 source 192.0.2.9 usesrc \(words) interface eth1"
            let configuration = try #require(Sample.listen(line).configuration)
            let source = try #require(configuration.proxies.first?.servers.last?.source)
            #expect(source.foreign == expected, "\(words)")
            #expect(source.interface == "eth1", "\(words)")
            #expect(configuration.needsLastingPrivileges, "\(words)")
        }
        let wrong = [
            (
                "192.0.2.9 usesrc hdr_ip(x-forwarded-for,-1)",
                "'usesrc hdr_ip' is not supported here: requests are relayed without being read"
            ),
            ("192.0.2.9 usesrc nobody", "'nobody' is not an IP address, 'client' or 'clientip'"),
            (
                "192.0.2.9:1-9 usesrc client",
                "a range of ports can't go together with 'usesrc', which says where connections come from"
            ),
        ]
        for (words, message) in wrong {
            #expect(Sample.listen("server t 192.0.2.2:1 source \(words)").messages(.error) == [message])
        }
    }

    @Test("one address may be listened on once for each interface, and in each namespace")
    func places() {
        for (second, isTaken) in [
            ("interface eth1", false), ("namespace blue", false), ("interface eth0", true), ("", true),
            ("interface eth0 namespace blue", false),
        ] {
            let parsed = Sample.parse(
                Sample.defaults + "frontend f\n    bind 192.0.2.1:1 interface eth0\n    bind 192.0.2.1:1 \(second)\n"
                    + "    default_backend b\nbackend b\n")
            #expect(!parsed.messages(.error).isEmpty == isTaken, "\(second)")
        }
    }

    @Test("a client's first bytes are acknowledged with the answer in HTTP, and elsewhere if so asked")
    func smartAccept() throws {
        for (line, expected) in [
            ("mode tcp", false), ("mode http", true), ("option tcp-smart-accept", true),
            ("mode http\n    no option tcp-smart-accept", false),
        ] {
            let proxy = try Sample.listen(line).valid().proxies[0]
            #expect(proxy.savesAcknowledgement == expected, "\(line)")
        }
    }

    @Test("limits of the whole instance are read")
    func global() throws {
        let global = try Sample.global("maxconnrate 100", "maxsessrate 0").valid().global
        #expect(global.maxconnRate == 100 && global.maxsessRate == nil)
    }
}
