import Testing

@testable import Configuration

@Suite("Sections")
struct SectionTests {
    private let timeouts = "    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\n"

    @Test("each defaults section begins anew and holds until the next")
    func defaults() throws {
        let text = """
            defaults
                retries 7
                timeout client 1s
                disabled
            listen a
                bind :1
            defaults
                timeout client 2s
            listen b
                bind :2

            """
        let proxies = try Sample.parse(text).valid().proxies
        #expect(proxies.map(\.retries) == [7, 3])
        #expect(proxies.map(\.timeouts.client) == [.seconds(1), .seconds(2)])
        #expect(proxies.map(\.isDisabled) == [true, false])
    }

    @Test("'from' names the defaults to use, also for other defaults")
    func from() throws {
        let text = """
            defaults base
                retries 7
                timeout client 1s
            defaults slow from base
                timeout client 9s
            defaults last
                timeout client 3s
            listen a from base
                bind :1
            listen b from slow
                bind :2
            listen c
                bind :3

            """
        let proxies = try Sample.parse(text).valid().proxies
        #expect(proxies.map(\.retries) == [7, 7, 3])
        #expect(proxies.map(\.timeouts.client) == [.seconds(1), .seconds(9), .seconds(3)])
    }

    @Test("an unknown or ambiguous 'from' is an error")
    func wrongFrom() {
        #expect(
            Sample.parse("defaults base\nlisten a from bas\n    bind :1\n").diagnostics.first { $0.severity == .error }
                .map { "\($0.location.column) \($0.message) \($0.help ?? "")" }
                == "15 there is no defaults section 'bas' before this line did you mean 'base'?")
        #expect(
            Sample.parse("defaults x\ndefaults x\nlisten a from x\n    bind :1\n").messages(.error)
                == ["there are 2 defaults sections 'x', the first in line 1"])
        #expect(
            Sample.parse(Sample.defaults + "listen a from\n    bind :1\n").messages(.error)
                == ["'from' needs the name of a defaults section"])
    }

    @Test(
        "what can't stand in defaults is an error there",
        arguments: ["bind :1", "server s 192.0.2.1:1", "id 4", "description x", "stats admin if TRUE"])
    func notInDefaults(line: String) {
        let parsed = Sample.parse(Sample.defaults + "    \(line)\n" + Sample.proxy)
        #expect(parsed.messages(.error).count == 1)
        #expect(parsed.messages(.error).first?.contains("can't stand in a 'defaults' section") == true)
    }

    @Test("lines of a side that a section lacks are ignored with a warning")
    func missingSide() throws {
        let text =
            Sample.defaults + """
                frontend f
                    bind :1
                    default_backend b
                    balance roundrobin
                    retries 9
                    fullconn 9
                    timeout server 9s
                    timeout connect 9s
                    option redispatch
                    option allbackups
                    default-server check
                backend b
                    server s 192.0.2.1:1
                    bind :2
                    maxconn 9
                    default_backend b
                    option dontlognull
                    option tcplog
                    timeout client 9s

                """
        let parsed = Sample.parse(text)
        #expect(parsed.diagnostics.count == 14)
        #expect(parsed.diagnostics.allSatisfy { $0.severity == .warning && $0.message.contains("is ignored: a ") })
        let proxies = try parsed.valid().proxies
        #expect(proxies[0].retries == 3)
        #expect(proxies[0].timeouts.server == .seconds(120))
        #expect(!proxies[0].redispatches)
        #expect(proxies[1].binds == [])
        #expect(proxies[1].timeouts.client == .seconds(120))
    }

    @Test("a server in a frontend is an error")
    func serverInFrontend() {
        let text = Sample.defaults + "frontend f\n    bind :1\n    server s 192.0.2.1:1\n"
        #expect(Sample.parse(text).messages(.error) == ["a frontend has no servers"])
    }

    @Test("a misspelt section is read as the one that was meant, and is still an error")
    func misspelt() {
        let parsed = Sample.parse(Sample.defaults + "Listen a\n    bind :1\n    server s 192.0.2.1:1\n")
        #expect(parsed.lines == ["error 6:1 unknown section 'Listen'"])
        #expect(parsed.diagnostics.first?.help == "did you mean 'listen'?")
    }

    @Test(
        "a section that does not exist here is one error, whatever it holds",
        arguments: ["log-forward p", "crt-list", "program x"])
    func unsupported(head: String) {
        let parsed = Sample.parse(Sample.defaults + "\(head)\n    anything goes\n    here too\n" + Sample.proxy)
        let name = head.prefix { $0 != " " }
        #expect(parsed.lines == ["error 6:1 section '\(name)' is not supported here"])
        #expect(parsed.diagnostics.first?.help?.contains("HAProxy has it") == false, "it says why")
    }

    @Test(
        "a section that does nothing unless somebody uses it is one warning, whatever it holds",
        arguments: ["cache c", "fcgi-app f", "http-errors e", "mailers m"])
    func idle(head: String) throws {
        let parsed = Sample.parse(Sample.defaults + "\(head)\n    anything goes\n    here too\n" + Sample.proxy)
        let name = head.prefix { $0 != " " }
        let lines = parsed.lines
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("warning 6:1 section '\(name)' has no effect here: ") == true)
        _ = try parsed.valid()
    }

    @Test("lines before the first section are one error")
    func outside() {
        #expect(
            Sample.parse("mode tcp\nretries 3\n" + Sample.defaults + Sample.proxy).lines == [
                "error 1:1 'mode' stands before the first section"
            ])
    }

    @Test(
        "a section's head is checked",
        arguments: [
            ("listen", "error 6:7 'listen' needs a name"),
            ("listen a/b", "error 6:8 '/' can't stand in the name of a proxy"),
            ("listen a b", "error 6:10 unexpected 'b' after 'a'"),
            ("listen a 127.0.0.1:x", "error 6:10 'x' is not a port"),
            ("backend a 127.0.0.1:80", "error 6:11 unexpected '127.0.0.1:80' after 'a'"),
            ("listen a from x y", "error 6:15 there is no defaults section 'x' before this line"),
        ] as [(String, String)])
    func heads(head: String, expected: String) {
        let parsed = Sample.parse(Sample.defaults + "\(head)\n    bind :1\n    server s 192.0.2.1:1\n")
        #expect(parsed.lines.filter { $0.hasPrefix("error") && !$0.contains("nothing listens") } == [expected])
    }

    @Test("proxies are numbered from 2 around the numbers given")
    func numbers() throws {
        let text =
            Sample.defaults + """
                listen a
                    bind :1
                    server s 192.0.2.1:1
                listen b
                    disabled
                backend c
                    id 3
                listen d
                    bind :2
                    server s 192.0.2.1:1
                backend e
                    id 12
                backend f
                frontend g
                    bind :3
                    default_backend f

                """
        #expect(try Sample.parse(text).clean().proxies.map(\.id) == [2, 4, 3, 6, 12, 8, 9])
    }

    @Test("a proxy's maxconn falls back to the global one")
    func maxconn() throws {
        let text =
            "global\n    maxconn 100\n" + Sample.defaults + Sample.proxy
            + "listen b\n    bind :1\n    maxconn 7\n    server s 192.0.2.1:1\n"
        #expect(try Sample.parse(text).clean().proxies.map(\.maxconn) == [100, 7])
    }

    @Test("a frontend finds its backend by name, before or after it, and a listen section is its own")
    func backends() throws {
        let text =
            Sample.defaults + """
                frontend one
                    bind :1
                    default_backend shared
                backend shared
                    server s 192.0.2.1:1
                frontend shared
                    bind :2
                    default_backend l
                listen l
                    bind :3
                    server s 192.0.2.1:1

                """
        #expect(try Sample.parse(text).clean().proxies.map(\.backend) == [1, nil, 3, 3])
    }
}
