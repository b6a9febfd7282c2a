import Model
import Testing

@testable import Configuration

@Suite("Proxy keywords")
struct ProxyKeywordTests {
    @Test("without lines of its own, a proxy has HAProxy's defaults")
    func defaults() throws {
        let proxy = try #require(try Sample.parse(Sample.defaults + Sample.proxy).clean().proxies.first)
        #expect(proxy.name == "rabbit")
        #expect(proxy.id == 2)
        #expect(proxy.kind == .listen)
        #expect(proxy.location == SourceLocation(file: "test.cfg", line: 6, column: 1))
        #expect(proxy.mode == .tcp)
        #expect(!proxy.isDisabled)
        #expect(proxy.logFormat == .plain)
        #expect(proxy.logTargets == [])
        #expect(!proxy.ignoresNullSessions)
        #expect(proxy.maxconn == GlobalConfiguration.maxconnWithoutSetting)
        #expect(proxy.retries == 3)
        #expect(!proxy.redispatches)
        #expect(proxy.balance == .roundRobin)
        #expect(!proxy.usesAllBackups)
        #expect(proxy.fullconn == nil)
        #expect(proxy.stats == nil)
        #expect(proxy.backend == 0)
    }

    @Test("every supported keyword says what it should")
    func supported() throws {
        let proxy = try #require(
            try Sample.listen(
                "log 127.0.0.1 local0", "option tcplog", "option dontlognull", "option redispatch", "option allbackups",
                "retries 5", "maxconn 2000", "fullconn 1000", "panic-threshold 40%", "balance roundrobin",
                "description Our  broker", "id 12",
                "backlog 77"
            ).clean().proxies.first)
        #expect(proxy.logFormat == .tcp)
        #expect(proxy.ignoresNullSessions)
        #expect(proxy.redispatches)
        #expect(proxy.usesAllBackups)
        #expect(proxy.retries == 5)
        #expect(proxy.maxconn == 2000)
        #expect(proxy.fullconn == 1000)
        #expect(proxy.panicThreshold == 40)
        #expect(proxy.description == "Our broker")
        #expect(proxy.id == 12)
        #expect(proxy.binds.map(\.backlog) == [77])
    }

    @Test("listening sockets are numbered and named as in HAProxy's statistics")
    func listeningSockets() throws {
        let proxy = try #require(
            try Sample.listen(
                "option socket-stats", "bind 127.0.0.1:18104 id 1", "bind 127.0.0.1:18105,127.0.0.1:18106 name tw",
                "bind 127.0.0.1:18107 id 3", "bind 127.0.0.1:18108-18109"
            ).clean().proxies.first)
        #expect(proxy.countsSockets)
        #expect(proxy.binds.map(\.shownName) == ["sock-2", "sock-1", "tw", "tw", "sock-3", "sock-7", "sock-8"])
        #expect(proxy.binds.map(\.id) == [2, 1, 4, 5, 3, 7, 8])
    }

    @Test("a number is given to one listening socket alone")
    func numbersOfListeningSockets() {
        let twice = Sample.listen("bind 127.0.0.1:18104 id 3", "bind 127.0.0.1:18105 id 3").diagnostics
        #expect(twice.contains { $0.message.contains("in line 9 has the id 3 already") })
        let several = Sample.listen("bind 127.0.0.1:18104-18105 id 3").diagnostics
        #expect(several.contains { $0.message == "'id' is for one address, and here are 2" })
    }

    @Test("each timeout goes to its place, and 0 is no limit")
    func timeouts() throws {
        let parsed = Sample.parse(
            """
            listen rabbit
                bind :5672
                server one 192.0.2.1:5672
                timeout connect 1s
                timeout client 2s
                timeout server 3s
                timeout queue 4s
                timeout check 5s
                timeout client-fin 6s
                timeout server-fin 7s
                timeout tunnel 8s

            """)
        let timeouts = try parsed.clean().proxies[0].timeouts
        #expect(timeouts.connect == .seconds(1))
        #expect(timeouts.client == .seconds(2))
        #expect(timeouts.server == .seconds(3))
        #expect(timeouts.queue == .seconds(4))
        #expect(timeouts.check == .seconds(5))
        #expect(timeouts.clientFin == .seconds(6))
        #expect(timeouts.serverFin == .seconds(7))
        #expect(timeouts.tunnel == .seconds(8))
        #expect(try Sample.listen("timeout queue 0").clean().proxies[0].timeouts.queue == nil)
    }

    @Test("a timeout given twice in a section is warned of, but not one that replaces the defaults'")
    func repeatedTimeout() throws {
        let parsed = Sample.listen("timeout client 1s", "timeout client 2s")
        #expect(parsed.lines == ["warning 10:13 'timeout client' is given twice in this section; the last one holds"])
        #expect(try parsed.valid().proxies[0].timeouts.client == .seconds(2))
    }

    @Test("timeouts of HTTP requests are taken with a note", arguments: ["http-request", "http-keep-alive", "tarpit"])
    func httpTimeouts(name: String) throws {
        let parsed = Sample.listen("timeout \(name) 10s")
        #expect(parsed.diagnostics.map(\.severity) == [.note])
        #expect(try parsed.valid().proxies.count == 1)
    }

    @Test("a bare balance means roundrobin, with a warning")
    func bareBalance() throws {
        let parsed = Sample.listen("balance")
        #expect(parsed.lines == ["warning 9:5 'balance' without an algorithm means 'roundrobin'"])
        #expect(try parsed.valid().proxies[0].balance == .roundRobin)
    }

    @Test("'no option' switches off what defaults switched on, and what is not there anyway")
    func noOption() throws {
        let text = """
            defaults
                timeout connect 5s
                timeout client 5s
                timeout server 5s
                option redispatch
                option dontlognull
                option allbackups
            listen a
                bind :1
                server s 192.0.2.1:1
                no option redispatch
                no option dontlognull
                no option allbackups
                no option clitcpka
            listen b
                bind :2
                server s 192.0.2.1:1

            """
        let proxies = try Sample.parse(text).clean().proxies
        #expect(proxies.map(\.redispatches) == [false, true])
        #expect(proxies.map(\.ignoresNullSessions) == [false, true])
        #expect(proxies.map(\.usesAllBackups) == [false, true])
    }

    @Test("disabled and enabled follow each other")
    func disabled() throws {
        let text = Sample.defaults + "    disabled\n" + Sample.proxy + "    enabled\n" + "listen off\n    bind :1\n"
        #expect(try Sample.parse(text).clean().proxies.map(\.isDisabled) == [false, true])
    }

    @Test(
        "mistakes are errors at their place",
        arguments: [
            ("mode", "error 9:9 'mode' needs 'tcp' or 'http'"), ("mode udp", "error 9:10 unknown mode 'udp'"),
            ("mode tcp x", "error 9:14 unexpected 'x' after 'tcp'"),
            ("option", "error 9:11 'option' needs the option's name"),
            ("option foo", "error 9:12 unknown option 'foo' in a 'listen' section"),
            ("option tcplog x", "error 9:19 unexpected 'x' after 'tcplog'"),
            ("option redispatch x", "error 9:23 'x' is not a whole number"),
            ("option httpslog x", "error 9:21 unexpected 'x' after 'httpslog'"),
            ("option tcpka on", "error 9:18 unexpected 'on' after 'tcpka'"),
            ("option forceclose", "error 9:12 option 'forceclose' does not exist any more"),
            ("no", "error 9:7 'no' needs 'log' or 'option'"), ("no log x", "error 9:12 unexpected 'x' after 'log'"),
            ("no balance", "error 9:5 'no balance' does not exist"),
            ("no option", "error 9:14 'option' needs the option's name"),
            ("no option tcplog", "error 9:15 'option tcplog' can't be switched off"),
            ("no option foo", "error 9:15 unknown option 'foo' in a 'listen' section"),
            ("retries", "error 9:12 'retries' needs a number"),
            ("retries -1", "error 9:13 -1 is out of range for 'retries'"),
            ("maxconn 5x", "error 9:13 '5x' is not a whole number"),
            ("fullconn", "error 9:13 'fullconn' needs a number"),
            ("panic-threshold", "error 9:20 'panic-threshold' needs a share of the servers"),
            ("panic-threshold 50", "error 9:21 '50' is no share of the servers"),
            ("panic-threshold 101%", "error 9:21 '101%' is no share of the servers"),
            ("timeout", "error 9:12 'timeout' needs which timeout and a time"),
            ("timeout conect 5s", "error 9:13 unknown timeout 'conect' in a 'listen' section"),
            ("timeout connect", "error 9:20 'connect' needs a time"),
            ("timeout connect x", "error 9:21 'x' is not a time"),
            ("timeout connect -5", "error 9:21 '-5' is not a time"),
            ("timeout connect 5 s", "error 9:23 unexpected 's' after '5'"),
            ("timeout connect 1.5s", "error 9:21 unknown unit '.5s' in the time '1.5s'"),
            ("timeout connect 25d", "error 9:21 the time '25d' is too long for 'connect'"),
            ("timeout clitimeout 5s", "error 9:13 timeout 'clitimeout' does not exist any more"),
            ("rate-limit bytes 5", "error 9:16 'rate-limit' knows sessions only"),
            ("clitcpka-cnt x", "error 9:18 'x' is not a whole number"),
            ("source nowhere", "error 9:12 'nowhere' is not an IP address"),
            ("source 192.0.2.9:1-2", "error 9:12 a range of ports can't stand here"),
            ("dispatch 192.0.2.9", "error 9:14 '192.0.2.9' is not an IP address with a port"),
            ("tcp-check foo", "error 9:15 unknown rule 'tcp-check foo'"),
            (
                "balance rdp-cookie",
                "error 9:13 the algorithm 'rdp-cookie' is not supported here: it reads what clients send"
            ),
            ("balance random(0)", "error 9:13 'random(0)' draws no server"),
            ("balance random(x)", "error 9:13 'random(x)' is not a number of draws"),
            ("hash-type ring", "error 9:15 unknown hash type 'ring'"),
            ("hash-type consistent md5", "error 9:26 unknown hash function 'md5'"),
            ("hash-type consistent sdbm spread", "error 9:31 unexpected 'spread' after 'sdbm'"),
            ("hash-balance-factor 100", "error 9:25 a balance factor of 100 leaves servers less than their share"),
            ("balance ROUNDROBIN", "error 9:13 unknown algorithm 'ROUNDROBIN'"),
            ("description", "error 9:16 'description' needs a text"), ("id", "error 9:7 'id' needs a number"),
            ("id 0", "error 9:8 0 is out of range for 'id'"),
            ("disabled x", "error 9:14 unexpected 'x' after 'disabled'"),
            ("default_backend", "error 9:20 'default_backend' needs a backend's name"),
            ("default_backend a if b", "error 9:23 unexpected 'if' after 'a'"),
            (
                "filter trace",
                "error 9:5 'filter' is not supported here: what is sent is passed on as it is"
            ),
            ("balanse roundrobin", "error 9:5 unknown keyword 'balanse' in a 'listen' section"),
            ("rise 3", "error 9:5 unknown keyword 'rise' in a 'listen' section"),
            (".iff 1", "error 9:5 unknown directive '.iff'"),
            (".alert stop", "error 9:5 the file says: stop"),
        ] as [(String, String)])
    func mistakes(line: String, expected: String) {
        let parsed = Sample.listen(line)
        #expect(parsed.lines == [expected])
        #expect(parsed.configuration == nil)
    }

    @Test(
        "an unknown word gets help",
        arguments: [
            ("balanse roundrobin", "did you mean 'balance'?"),
            ("rise 3", "'rise' belongs on a 'server' or 'default-server' line"),
            ("v6only", "'v6only' belongs on a 'bind' line"), ("daemon", "'daemon' belongs in the 'global' section"),
            ("dontlognull", "write 'option dontlognull'"), ("redispatch", "write 'option redispatch'"),
            ("contimeout 5s", "write 'timeout connect'"), ("option tcplogg", "did you mean 'tcplog'?"),
            ("option tcplg", "did you mean 'tcplog'?"),
            ("timeout clientfin 5", "did you mean 'client-fin'?"),
            ("balance roundrobbin", "did you mean 'roundrobin'?"),
        ] as [(String, String)])
    func help(line: String, help: String) {
        #expect(Sample.listen(line).diagnostics.map(\.help) == [help])
    }

    @Test("a variable outside double quotes is warned of where it stands")
    func bareVariable() throws {
        let parsed = Sample.listen("description $WHO is here", environment: ["WHO": "ada"])
        #expect(
            parsed.lines == [
                "warning 9:17 '$WHO' is taken as it stands: variables are replaced in addresses and within double quotes"
            ])
        #expect(try parsed.valid().proxies[0].description == "$WHO is here")
        let quoted = Sample.listen(#"description "$WHO is here""#, environment: ["WHO": "ada"])
        #expect(try quoted.clean().proxies[0].description == "ada is here")
    }

    @Test("every supported and every known keyword is in exactly one list")
    func tables() {
        #expect(Set(ProxyKeywords.table.names).isDisjoint(with: ProxyKeywords.table.unsupported))
        #expect(Set(GlobalKeywords.table.names).isDisjoint(with: GlobalKeywords.table.unsupported))
        #expect(Set(ServerKeywords.table.names).isDisjoint(with: ServerKeywords.table.unsupported))
        #expect(Set(BindKeywords.table.names).isDisjoint(with: BindKeywords.table.unsupported))
        #expect(Set(OptionKeywords.table.names).isDisjoint(with: OptionKeywords.table.unsupported))
        #expect(KnownKeywords.tuningSizes.isSubset(of: KnownKeywords.tuning))
    }
}

@Suite("Bind lines")
struct BindTests {
    @Test(
        "an address is read in each of its forms",
        arguments: [
            (":5672", [.ipv4("0.0.0.0", port: 5672)]), ("*:5672", [.ipv4("0.0.0.0", port: 5672)]),
            ("127.0.0.1:5672", [.ipv4("127.0.0.1", port: 5672)]), ("localhost:5672", [.ipv4("127.0.0.1", port: 5672)]),
            ("ipv4@:5672", [.ipv4("0.0.0.0", port: 5672)]), ("ipv4@127.0.0.1:1", [.ipv4("127.0.0.1", port: 1)]),
            ("[::]:5672", [.ipv6("::", port: 5672, isIPv6Only: false)]),
            (":::5672", [.ipv6("::", port: 5672, isIPv6Only: false)]),
            ("ipv6@:5672", [.ipv6("::", port: 5672, isIPv6Only: false)]),
            ("ipv6@*:5672", [.ipv6("::", port: 5672, isIPv6Only: false)]),
            ("::1:5672", [.ipv6("::1", port: 5672, isIPv6Only: false)]),
            ("[::1]:5672", [.ipv6("::1", port: 5672, isIPv6Only: false)]),
            ("ip@127.0.0.1:1", [.ipv4("127.0.0.1", port: 1)]), ("tcp@:5672", [.ipv4("0.0.0.0", port: 5672)]),
            ("tcp4@127.0.0.1:1", [.ipv4("127.0.0.1", port: 1)]),
            ("tcp6@:5672", [.ipv6("::", port: 5672, isIPv6Only: false)]),
            ("stream+ipv4@127.0.0.1:1", [.ipv4("127.0.0.1", port: 1)]),
            ("stream+tcp@127.0.0.1:1", [.ipv4("127.0.0.1", port: 1)]),
            ("stream+abns@x", [.abstract(name: "x")]),
            ("/run/x.sock", [.unix(path: "/run/x.sock")]), ("unix@/run/x.sock", [.unix(path: "/run/x.sock")]),
            (":1-3", [.ipv4("0.0.0.0", port: 1), .ipv4("0.0.0.0", port: 2), .ipv4("0.0.0.0", port: 3)]),
            ("127.0.0.1:1,[::1]:2,", [.ipv4("127.0.0.1", port: 1), .ipv6("::1", port: 2, isIPv6Only: false)]),
        ] as [(String, [BindAddress])])
    func addresses(text: String, expected: [BindAddress]) throws {
        #expect(try Sample.bind("bind \(text)").clean().proxies[0].binds.map(\.address) == expected)
    }

    @Test("options hold for every address of the line")
    func options() throws {
        let binds = try Sample.bind("bind :1-2,/run/x name amqp mode 660 user ada group staff backlog 9 maxconn 8")
            .clean().proxies[0].binds
        #expect(binds.count == 3)
        #expect(
            binds.allSatisfy {
                $0.name == "amqp" && $0.mode == 0o660 && $0.user == .name("ada") && $0.group == .name("staff")
            })
        #expect(binds.allSatisfy { $0.backlog == 9 && $0.maxconn == 8 })
        #expect(binds.allSatisfy { $0.location == SourceLocation(file: "test.cfg", line: 7, column: 10) })
    }

    @Test("v6only and v4v6 decide whether IPv4 comes in, too")
    func ipv6Only() throws {
        #expect(
            try Sample.bind("bind :::1 v6only").clean().proxies[0].binds.map(\.address) == [
                .ipv6("::", port: 1, isIPv6Only: true)
            ])
        #expect(
            try Sample.bind("bind :::1 v4v6").clean().proxies[0].binds.map(\.address) == [
                .ipv6("::", port: 1, isIPv6Only: false)
            ])
    }

    @Test("several lines add up in their order")
    func several() throws {
        let binds = try Sample.bind("bind :2\n    bind :1").clean().proxies[0].binds
        #expect(binds.map(\.address.description) == ["0.0.0.0:2", "0.0.0.0:1"])
    }

    @Test(
        "mistakes are errors at their place",
        arguments: [
            ("bind", "error 7:9 'bind' needs an address"), ("bind :", "error 7:10 the port is missing in ':'"),
            ("bind 127.0.0.1", "error 7:10 the port is missing in '127.0.0.1'"),
            ("bind [::1]", "error 7:10 the port is missing in '[::1]'"),
            ("bind :0", "error 7:10 port 0 is out of range"), ("bind :70000", "error 7:10 port 70000 is out of range"),
            ("bind :567x2", "error 7:10 '567x2' is not a port"), ("bind :http", "error 7:10 'http' is not a port"),
            ("bind :+80", "error 7:10 '+80' is not a port"),
            ("bind :9-1", "error 7:10 the port range '9-1' goes backwards"),
            ("bind :1-", "error 7:10 the port is missing in ':1-'"),
            ("bind :1-2000", "error 7:10 ':1-2000' means more than 1024 addresses"),
            ("bind ,:1", "error 7:10 an address is missing in ',:1'"),
            ("bind :1,,:2", "error 7:10 an address is missing in ':1,,:2'"),
            ("bind nohost:1", "error 7:10 'nohost' is not an IP address"),
            ("bind ipv4@::1:80", "error 7:10 '::1' is not an IPv4 address"),
            ("bind ipv6@127.0.0.1:80", "error 7:10 '127.0.0.1' is not an IPv6 address"),
            ("bind unix@x", "error 7:10 'x' is not an absolute path"),
            ("bind /\(String(repeating: "x", count: 97))", "error 7:10 the socket's path is too long: 98 bytes"),
            ("bind abns@", "error 7:10 an abstract socket's name has 1 to 107 bytes"),
            ("bind fd@x", "error 7:10 'x' is not the number of a descriptor"),
            ("bind sockpair@3", "error 7:10 an address with 'sockpair@' is not supported here"),
            ("bind :1 mss 0", "error 7:17 a segment of 0 bytes can't be"),
            ("bind :1 interface", "error 7:22 'interface' needs an interface"),
            ("bind :1 nam x", "error 7:13 unknown bind option 'nam'"),
            ("bind :1 name", "error 7:17 'name' needs a name"),
            ("bind :1 ssl", "error 7:13 no SSL certificate specified for bind ':1'"),
            ("bind :1 maxconn -1", "error 7:21 -1 is out of range for 'maxconn'"),
            ("bind :1 mode 8", "error 7:18 '8' is not an octal file mode"),
        ] as [(String, String)])
    func mistakes(line: String, expected: String) {
        #expect(Sample.bind(line).lines == [expected])
    }
}
