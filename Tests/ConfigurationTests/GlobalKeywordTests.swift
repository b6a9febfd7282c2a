import Model
import Testing

@testable import Configuration

@Suite("Global keywords")
struct GlobalKeywordTests {
    @Test("every supported keyword says what it should")
    func supported() throws {
        let global = try Sample.global(
            "log 127.0.0.1 local0", "log /dev/log daemon err alert", "log-tag broker", "maxconn 4096", "node lb-1",
            "description The message broker", "spread-checks 5", "stats timeout 2m"
        ).clean().global
        #expect(
            global.logTargets == [
                LogTarget(destination: .udp(host: "127.0.0.1", port: 514), facility: .local0),
                LogTarget(
                    destination: .unixDatagram(path: "/dev/log"), facility: .daemon, level: .err, minimumLevel: .alert),
            ])
        #expect(global.logTag == "broker")
        #expect(global.maxconn == 4096)
        #expect(global.node == "lb-1")
        #expect(global.description == "The message broker")
        #expect(global.spreadChecks == 5)
        #expect(global.statsTimeout == .seconds(120))
    }

    @Test("without a section, HAProxy's defaults hold")
    func defaults() throws {
        #expect(try Sample.parse(Sample.defaults + Sample.proxy).clean().global == GlobalConfiguration())
    }

    @Test("several global sections add up, and 'no log' begins anew")
    func severalSections() throws {
        let text =
            "global\n    log 127.0.0.1 local0\n" + Sample.defaults + "global\n    log 127.0.0.2 local1\n" + Sample.proxy
        #expect(try Sample.parse(text).clean().global.logTargets.map(\.facility) == [.local0, .local1])
        #expect(try Sample.global("log 127.0.0.1 local0", "no log").clean().global.logTargets == [])
    }

    @Test("maxconn 0 is no limit, and the first of two holds")
    func maxconn() throws {
        #expect(try Sample.global("maxconn 0").clean().global.maxconn == nil)
        let twice = Sample.global("maxconn 10", "maxconn 20")
        #expect(twice.lines == ["warning 3:5 'maxconn' was already given in line 2; the first one holds"])
        #expect(try twice.valid().global.maxconn == 10)
    }

    @Test(
        "what has no effect is taken with one note",
        arguments: [
            "quiet", "tune.bufsize 16k", "tune.ssl.lifetime 5",
            "cpu-map 1/all 0-3",
            "tune.maxaccept -1",
        ])
    func withoutEffect(line: String) throws {
        let parsed = Sample.global(line)
        #expect(parsed.diagnostics.map(\.severity) == [.note])
        #expect(parsed.diagnostics.first?.message.contains("has no effect here") == true)
        #expect(try parsed.valid().global == GlobalConfiguration())
    }

    @Test(
        "mistakes are errors at their place",
        arguments: [
            ("maxconn", "error 2:12 'maxconn' needs a number"), ("maxconn x", "error 2:13 'x' is not a whole number"),
            ("maxconn 5 6", "error 2:15 unexpected '6' after '5'"),
            ("maxconn -1", "error 2:13 -1 is out of range for 'maxconn'"),
            ("maxconn 99999999999999999999", "error 2:13 99999999999999999999 is too large for 'maxconn'"),
            ("maxconn +5", "error 2:13 '+5' is not a whole number"),
            ("daemon x", "error 2:12 unexpected 'x' after 'daemon'"),
            ("chroot", "error 2:11 'chroot' needs a folder"),
            ("spread-checks 51", "error 2:19 51 is out of range for 'spread-checks'"),
            ("node a/b", "error 2:10 'a/b' is not a node's name"), ("log-tag", "error 2:12 'log-tag' needs a tag"),
            ("log-tag a b", "error 2:15 unexpected 'b' after 'a'"),
            ("stats", "error 2:10 'stats' needs 'socket' or 'timeout'"),
            ("stats foo", "error 2:11 unknown 'stats' keyword 'foo' in 'global'"),
            ("stats timeout 0", "error 2:19 the stats timeout is 0"),
            ("log global", "error 2:9 'log global' has no meaning in 'global' itself"),
            ("no maxconn", "error 2:8 'no maxconn' does not exist"),
            ("no", "error 2:7 'no' needs what to switch off"),
            ("tune.foo 1", "error 2:5 unknown keyword 'tune.foo' in 'global'"),
            ("tune.bufsize 1x", "error 2:18 '1x' is not a size"),
            ("balance roundrobin", "error 2:5 unknown keyword 'balance' in 'global'"),
            ("lua-load x.lua", "error 2:5 keyword 'lua-load' is not supported here"),
            ("stats socket", "error 2:17 'socket' needs a path or an address"),
            ("stats socket /s level root", "error 2:27 unknown level 'root'"),
            ("stats socket /s mode 9", "error 2:26 '9' is not an octal file mode"),
            ("stats socket s", "error 2:18 the port is missing in 's'"),
            ("stats socket /s accept-proxy", "error 2:21 stats socket option 'accept-proxy' is not supported here"),
            ("stats socket /s levl admin", "error 2:21 unknown stats socket option 'levl'"),
        ] as [(String, String)])
    func mistakes(line: String, expected: String) {
        let parsed = Sample.global(line)
        #expect(parsed.lines == [expected])
        #expect(parsed.configuration == nil)
    }

    @Test("'global' takes no name")
    func name() {
        #expect(
            Sample.parse("global x\n" + Sample.defaults + Sample.proxy).lines == [
                "error 1:8 unexpected 'x' after 'global'"
            ])
    }

    @Test("a keyword that belongs elsewhere says where")
    func elsewhere() {
        #expect(
            Sample.global("balance roundrobin").diagnostics.first?.help == "'balance' belongs in 'defaults' or a proxy")
    }

    // MARK: stats socket

    @Test("a stats socket keeps its options")
    func statsSocket() throws {
        let parsed = Sample.global(
            "stats socket /run/a.sock user ada gid 5 mode 770 level admin",
            "stats socket ipv6@[::1]:9000,127.0.0.1:9001 level user")
        let sockets = try parsed.clean().global.statsSockets
        #expect(
            sockets.map(\.address) == [
                .unix(path: "/run/a.sock"), .ipv6("::1", port: 9000, isIPv6Only: false), .ipv4("127.0.0.1", port: 9001),
            ])
        #expect(sockets[0].user == .name("ada"))
        #expect(sockets[0].group == .id(5))
        #expect(sockets[0].mode == 0o770)
        #expect(sockets.map(\.level) == [.admin, .user, .user])
        #expect(sockets[0].location == SourceLocation(file: "test.cfg", line: 2, column: 18))
        #expect(try Sample.global("stats socket /s").clean().global.statsSockets.map(\.level) == [.operator])
    }

    @Test("unix-bind says what bind lines with a path don't, and nothing of stats sockets")
    func unixSockets() throws {
        let parsed = Sample.parse(
            """
            global
                unix-bind prefix /run/brokers mode 640 user ada
                unix-bind gid 7
                stats socket /run/stats
            defaults
                timeout connect 1s
                timeout client 1s
                timeout server 1s
            listen a
                bind /a.sock
                bind unix@/b.sock mode 600 group staff
                bind abns@c
                server s unix@/a.sock
            """)
        let configuration = try parsed.valid()
        let binds = configuration.proxies[0].binds
        #expect(
            binds.map(\.address) == [
                .unix(path: "/run/brokers/a.sock"), .unix(path: "/run/brokers/b.sock"), .abstract(name: "c"),
            ])
        #expect(binds.map(\.mode) == [0o640, 0o600, 0o640])
        #expect(binds.map(\.user) == [.name("ada"), .name("ada"), .name("ada")])
        #expect(binds.map(\.group) == [.id(7), .name("staff"), .id(7)])
        #expect(configuration.global.statsSockets.map(\.address) == [.unix(path: "/run/stats")])
        #expect(configuration.global.statsSockets.map(\.mode) == [nil])
        #expect(configuration.proxies[0].servers.map(\.address) == [.unix(path: "/a.sock")])
    }

    @Test("options of a stats socket that do nothing here are taken with a note each")
    func statsSocketNotes() throws {
        let parsed = Sample.global("stats socket /s name x backlog 10 maxconn 5 expose-fd listeners level admin")
        #expect(parsed.diagnostics.map(\.severity) == [.note, .note])
        #expect(try parsed.valid().global.statsSockets.map(\.level) == [.admin])
        #expect(try parsed.valid().global.statsSockets.map(\.exposesListeners) == [true])
        #expect(try parsed.valid().global.statsSockets.map(\.maxconn) == [5])
    }

    @Test("a stats socket's connections are limited, and its answers say how grave they are where that is wanted")
    func statsSocketLimits() throws {
        let global = try Sample.global("stats maxconn 20", "stats socket /s severity-output number").clean().global
        #expect(global.statsMaxconn == 20)
        #expect(global.statsSockets.map(\.severityOutput) == [.number])
        #expect(GlobalConfiguration().statsMaxconn == 10)
        #expect(
            Sample.global("stats socket /s severity-output loud").lines
                == ["error 2:37 unknown severity output 'loud'"])
    }

    @Test("a name after uid is taken as a user's name, with a warning")
    func accountByName() throws {
        let parsed = Sample.global("stats socket /s uid haproxy gid staff")
        #expect(
            parsed.lines == [
                "warning 2:25 'uid' wants a number, 'haproxy' is taken as a user's name",
                "warning 2:37 'gid' wants a number, 'staff' is taken as a group's name",
            ])
        #expect(try parsed.valid().global.statsSockets.first?.user == .name("haproxy"))
        #expect(try parsed.valid().global.statsSockets.first?.group == .name("staff"))
    }
}

@Suite("Log lines")
struct LogKeywordTests {
    @Test(
        "an address is UDP, a path or a descriptor",
        arguments: [
            ("127.0.0.1", .udp(host: "127.0.0.1", port: 514)), ("127.0.0.1:1514", .udp(host: "127.0.0.1", port: 1514)),
            ("udp@10.0.0.1:5", .udp(host: "10.0.0.1", port: 5)), ("ipv4@10.0.0.1", .udp(host: "10.0.0.1", port: 514)),
            ("[::1]:1514", .udp(host: "::1", port: 1514)), ("[::1]", .udp(host: "::1", port: 514)),
            ("::1:1514", .udp(host: "::1", port: 1514)),
            ("localhost", .udp(host: "127.0.0.1", port: 514)), (":514", .udp(host: "127.0.0.1", port: 514)),
            ("*", .udp(host: "127.0.0.1", port: 514)), ("/dev/log", .unixDatagram(path: "/dev/log")),
            ("unix@/dev/log", .unixDatagram(path: "/dev/log")), ("stdout", .fileDescriptor(1)),
            ("stderr", .fileDescriptor(2)),
            ("log.example:1514", .udp(host: "log.example", port: 1514)), ("abns@log", .abstractDatagram(name: "log")),
            ("fd@2", .fileDescriptor(2)), ("fd@17", .fileDescriptor(17)),
            ("udp4@10.0.0.1:5", .udp(host: "10.0.0.1", port: 5)), ("uxdg@/dev/log", .unixDatagram(path: "/dev/log")),
        ] as [(String, LogTarget.Destination)])
    func destinations(address: String, destination: LogTarget.Destination) throws {
        let global = try Sample.global("log \(address) local0").clean().global
        #expect(global.logTargets == [LogTarget(destination: destination, facility: .local0)])
    }

    @Test("every facility and level is known by HAProxy's name")
    func names() throws {
        for facility in LogFacility.allCases {
            for level in LogLevel.allCases {
                let targets = try Sample.global("log /dev/log \(facility.name) debug \(level.name)").clean().global
                    .logTargets
                #expect(targets.map(\.facility) == [facility])
                #expect(targets.map(\.minimumLevel) == [level])
            }
        }
    }

    @Test("len, format and sample say what lines look like, and which are sent")
    func form() throws {
        for format in LogTarget.Format.allCases {
            let target = try Sample.global("log fd@7 len 2048 format \(format.rawValue) local0 info").clean().global
                .logTargets[0]
            #expect(target.destination == .fileDescriptor(7))
            #expect(target.length == 2_048 && target.format == format && target.level == .info)
        }
        let target = try Sample.global("log 127.0.0.1 sample 4,1-2:6 local1").clean().global.logTargets[0]
        #expect(target.sampling == LogTarget.Sampling(ranges: [1...2, 4...4], period: 6))
        #expect(target.format == nil && target.length == 1_024)
    }

    @Test("a stream has lines that a pipe takes without waiting")
    func streamLength() throws {
        let parsed = Sample.global("log stdout len 8192 local0")
        #expect(
            parsed.lines == ["warning 2:16 lines are cut at 4095 bytes: a pipe takes no more without waiting"])
        #expect(try parsed.valid().global.logTargets[0].length == 4_095)
    }

    @Test("log-send-hostname names this machine, or what it is given")
    func hostName() throws {
        #expect(try Sample.global("log-send-hostname lb.example").clean().global.logHostName == "lb.example")
        #expect(try Sample.global("log-send-hostname").clean().global.logHostName?.isEmpty == false)
        #expect(Sample.global("log-send-hostname a b").lines == ["error 2:25 unexpected 'b' after 'a'"])
    }

    @Test(
        "mistakes are errors at their place",
        arguments: [
            ("log", "error 2:8 'log' needs an address and a facility"),
            ("log 127.0.0.1", "error 2:18 'log' needs a facility after the address"),
            ("log 127.0.0.1 local9", "error 2:19 unknown log facility 'local9'"),
            ("log 127.0.0.1 local0 chatty", "error 2:26 unknown log level 'chatty'"),
            ("log 127.0.0.1 local0 info chatty", "error 2:31 unknown minimum log level 'chatty'"),
            ("log 127.0.0.1 local0 info err x", "error 2:35 unexpected 'x' after 'err'"),
            ("log 127.0.0.1:x local0", "error 2:9 'x' is not a port"),
            ("log 127.0.0.1:70000 local0", "error 2:9 port 70000 is out of range"),
            ("log udp4@nohost local0", "error 2:9 'nohost' is neither an IP address nor a name"),
            ("log 127.0.0.1 len 10 local0", "error 2:23 10 is out of range for 'len'"),
            ("log 127.0.0.1 format foo local0", "error 2:26 unknown log format 'foo'"),
            ("log 127.0.0.1 sample 1 local0", "error 2:26 '1' does not say how many lines a period has"),
            ("log 127.0.0.1 sample 1:0 local0", "error 2:26 '1:0' does not say how many lines a period has"),
            ("log 127.0.0.1 sample a:2 local0", "error 2:26 'a' is no range of places"),
            ("log 127.0.0.1 sample 0:2 local0", "error 2:26 '0' is no range of places"),
            ("log 127.0.0.1 sample 2-1:2 local0", "error 2:26 '2-1' is no range of places"),
            ("log 127.0.0.1 sample 3:2 local0", "error 2:26 place 3 is beyond a period of 2 lines"),
            ("log 127.0.0.1 sample 1,1-3:4 local0", "error 2:26 '1-3' overlaps another range"),
            ("log 127.0.0.1 sample +1:2 local0", "error 2:26 '+1' is no range of places"),
            (
                "log 127.0.0.1 sample 1:4294967297 local0",
                "error 2:26 a period of 4294967297 lines is longer than 2147483647"
            ),
            ("log 127.0.0.1 format raw len 200 local0", "error 2:30 'len' stands twice or too late in a 'log' line"),
            ("log 127.0.0.1 len 200 len 300 local0", "error 2:27 'len' stands twice or too late in a 'log' line"),
            (
                "log 127.0.0.1 sample 1:2 format raw local0",
                "error 2:30 'format' stands twice or too late in a 'log' line"
            ),
            ("log udp@/dev/log local0", "error 2:9 '/dev/log' is a path, which UDP has not"),
            ("log fd@x local0", "error 2:9 'fd@x' names no file descriptor"),
            ("log ring@x local0", "error 2:14 there is no ring 'x'"),
            ("log sockpair@3 local0", "error 2:9 a log address with 'sockpair@' is not supported here"),
            ("log stream+ip@127.0.0.1 local0", "error 2:9 a log address with 'stream+' is not supported here"),
            ("unix-bind mode 9", "error 2:20 '9' is not an octal file mode"),
            ("unix-bind folder /run", "error 2:15 unknown 'unix-bind' option 'folder'"),
        ] as [(String, String)])
    func mistakes(line: String, expected: String) {
        #expect(Sample.global(line).lines == [expected])
    }

    @Test("a proxy logs where its lines and its defaults say, 'log global' once")
    func inheritance() throws {
        let text = """
            global
                log 127.0.0.1 local0
            defaults
                log global
                log 127.0.0.3 local3
                timeout client 1s
            listen a
                bind :1
                log global
                log 127.0.0.2 local1
            listen b
                bind :2
                no log
                log 127.0.0.2 local2
            listen c
                bind :3
                no log

            """
        let proxies = try Sample.parse(text).valid().proxies
        #expect(proxies.map { $0.logTargets.map(\.facility) } == [[.local0, .local3, .local1], [.local2], []])
    }

    @Test("'log global' means the global targets also where these come later in the file")
    func globalAfterwards() throws {
        let text = Sample.defaults + "    log global\n" + Sample.proxy + "global\n    log 127.0.0.1 local0\n"
        #expect(try Sample.parse(text).clean().proxies[0].logTargets.map(\.facility) == [.local0])
    }
}
