import Certificates
import Foundation
import Peers
import Testing

/// TLS of clients, of servers and of checks, with real certificates and OpenSSL's own client.
@Suite("TLS, beside HAProxy", .serialized, .enabled(if: CertificateFolder.isAvailable))
struct TLSTests {
    private let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.makeAuthority("authority")
        try folder.make("one.example", hosts: ["one.example"], by: "authority")
    }

    private var crt: String { "ssl crt \(folder.path("one.example.pem"))" }

    /// A client that says something, gets an answer and ends.
    private func converse(_ stage: Scenario.Stage, _ words: [String] = []) throws {
        let client = try OpenSSLCommand.client(port: stage.port, words)
        try client.send("hello\n")
        let server = try stage.servers[0].accept()
        try server.expect("hello\n")
        try server.send("olleh\n")
        try client.await("olleh")
        try client.finish()
        stage.notes.add("server saw \(server.readToEnd().ending.rawValue)")
        server.close()
        try client.awaitEnd()
        for line in client.summary { stage.notes.add(line) }
        try stage.awaitSessionLines(1)
    }

    /// A client that is refused in its handshake.
    private func fail(_ stage: Scenario.Stage, _ words: [String] = []) throws {
        let client = try OpenSSLCommand.client(port: stage.port, words)
        try client.awaitEnd()
        for line in client.summary { stage.notes.add(line) }
        try stage.awaitSessionLines(1)
    }

    @Test(
        "sessions in each version, and what the log tells of them",
        arguments: [
            [], ["-tls1_2"], ["-tls1_3", "-servername", "one.example"],
            ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
        ])
    func sessions(words: [String]) async throws {
        let format = "log-format \"%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %f %sslv %sslc %[ssl_fc] %[ssl_fc_sni]\""
        for lines in [[], [format]] {
            try await Scenario(bindOptions: crt, lines: lines) { try converse($0, words) }.compare()
        }
    }

    @Test(
        "the certificate is chosen by the name that the client asks for",
        arguments: ["one.example", "two.example", "TWO.example", "a.wild.example", "b.a.wild.example", "x.example", ""])
    func names(name: String) async throws {
        try folder.make("two.example", hosts: ["two.example", "*.wild.example"], by: "authority", key: .rsa)
        let words = name.isEmpty ? ["-noservername"] : ["-servername", name]
        let options = "\(crt) crt \(folder.path("two.example.pem"))"
        try await Scenario(bindOptions: options) { try converse($0, words) }.compare()
        guard !name.isEmpty, name != "x.example", name != "b.a.wild.example" else {
            try await Scenario(bindOptions: options + " strict-sni") { try fail($0, words) }.compare()
            return
        }
        try await Scenario(bindOptions: options + " strict-sni") { try converse($0, words) }.compare()
    }

    @Test("of two certificates with one name, the client gets that whose key it understands", arguments: [true, false])
    func keys(takesECDSA: Bool) async throws {
        try folder.make("one.example-rsa", hosts: ["one.example"], by: "authority", key: .rsa)
        let words = ["-servername", "one.example", "-tls1_2"]
        let cipher =
            takesECDSA ? "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256" : "ECDHE-RSA-AES128-GCM-SHA256"
        let options = "ssl crt \(folder.path("one.example-rsa.pem")) crt \(folder.path("one.example.pem"))"
        try await Scenario(bindOptions: options) { try converse($0, words + ["-cipher", cipher]) }.compare()
    }

    @Test("the protocol is chosen by the server's order", arguments: ["amqp,h2", "amqp", "other"])
    func protocols(offered: String) async throws {
        try await Scenario(bindOptions: crt + " alpn h2,amqp") { try converse($0, ["-alpn", offered]) }.compare()
    }

    @Test("versions and ciphers that the two don't share", arguments: ["min", "max", "cipher", "forced"])
    func disagreement(what: String) async throws {
        let (options, words) =
            switch what {
            case "min": ("ssl-min-ver TLSv1.3", ["-tls1_2"])
            case "max": ("ssl-max-ver TLSv1.2", ["-tls1_3"])
            case "forced": ("force-tlsv13", ["-tls1_2"])
            default: ("ssl-max-ver TLSv1.2 ciphers ECDHE-ECDSA-AES256-GCM-SHA384", ["-cipher", "AES128-SHA"])
            }
        try await Scenario(bindOptions: "\(crt) \(options) name web") { try fail($0, words) }.compare()
    }

    @Test("nothing below TLS 1.2 is spoken unless the file asks for it", arguments: ["-tls1", "-tls1_1"])
    func oldVersions(version: String) async throws {
        let words = [version, "-cipher", "ALL:@SECLEVEL=0"]
        try await Scenario(bindOptions: crt) { try fail($0, words) }.compare()
        try await Scenario(bindOptions: crt + " ciphers ALL:@SECLEVEL=0") { try fail($0, words) }.compare()
        let asked = crt + " ssl-min-ver TLSv1.0 ciphers ALL:@SECLEVEL=0"
        try await Scenario(bindOptions: asked) { try converse($0, words) }.compare()
    }

    @Test("ciphers without encryption, or without a certificate, are not spoken", arguments: ["eNULL", "aNULL"])
    func weakCiphers(cipher: String) async throws {
        let words = ["-tls1_2", "-cipher", "\(cipher):@SECLEVEL=0"]
        try await Scenario(bindOptions: crt) { try fail($0, words) }.compare()
    }

    @Test(
        "clients' certificates", arguments: ["required", "optional"], ["client", "stranger", "none"])
    func clientCertificates(mode: String, shown: String) async throws {
        try folder.make("client", by: "authority")
        try folder.make("stranger")
        let words = shown == "none" ? [] : ["-cert", folder.path("\(shown).crt"), "-key", folder.path("\(shown).key")]
        let options = "\(crt) ca-file \(folder.path("authority.crt")) verify \(mode)"
        let isRefused = shown == "stranger" || shown == "none" && mode == "required"
        for version in ["-tls1_2", "-tls1_3"] {
            try await Scenario(bindOptions: options) { stage in
                if isRefused { try fail(stage, words + [version]) } else { try converse(stage, words + [version]) }
            }.compare()
        }
    }

    @Test(
        "what is no handshake, and those that end or break or stop halfway", arguments: ["garbage", "half", "nothing"],
        ["ends", "breaks", "waits"])
    func halfway(what: String, then end: String) async throws {
        let bytes: [UInt8] =
            switch what {
            case "garbage": Array("GET / HTTP/1.0\r\n\r\n".utf8)
            case "half": [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]
            default: []
            }
        for option in ["no option dontlognull", "option dontlognull"] {
            let isLogged = what == "garbage" || end == "breaks" || option.hasPrefix("no")
            try await Scenario(bindOptions: crt, lines: [option, "timeout client 400ms"]) { stage in
                let client = try stage.connect()
                if !bytes.isEmpty { try client.send(bytes) }
                switch end {
                case "ends": client.finish()
                case "breaks" where what != "garbage":
                    guard try stage.wait(until: { try stage.statistics().currentSessions == 1 }) else {
                        throw MissingLine(description: "nobody accepted")
                    }
                    client.reset()
                default: break
                }
                if isLogged { try stage.awaitSessionLines(1) }
                if end != "breaks" || what == "garbage" {
                    let ending = client.readToEnd().ending
                    // HAProxy reads the rest of what is no handshake before it closes, but not always when the end is there.
                    if what != "garbage" || end != "ends" { stage.notes.add("client saw \(ending.rawValue)") }
                    client.close()
                }
            }.compare()
        }
    }

    @Test("after a PROXY header, TLS", arguments: ["right", "wrong"])
    func afterHeader(what: String) async throws {
        try await Scenario(bindOptions: crt + " accept-proxy") { stage in
            let client = try stage.connect()
            try client.send("PROXY TCP4 192.0.2.7 192.0.2.8 40000 5672\r\n")
            try client.send(what == "right" ? [0x16, 3, 1, 2, 0] : Array("hello, this is no TLS".utf8))
            client.finish()
            // HAProxy leaves what follows a wrong beginning unread, and so resets; here it has been read.
            let ending = client.readToEnd().ending
            if what == "right" { stage.notes.add("client saw \(ending.rawValue)") }
            client.close()
            if what == "wrong" { try stage.awaitSessionLines(1) }
        }.compare()
    }

    @Test("a client that is silent for too long is told of the end")
    func idle() async throws {
        try await Scenario(bindOptions: crt, lines: ["timeout client 500ms"]) { stage in
            let client = try OpenSSLCommand.client(port: stage.port, [])
            try client.send("hello\n")
            let server = try stage.servers[0].accept()
            try server.expect("hello\n")
            stage.notes.add("server saw \(server.readToEnd().ending.rawValue)")
            server.close()
            try client.awaitEnd()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test(
        "the header that a server gets tells of the client's TLS",
        arguments: [
            "send-proxy-v2", "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "send-proxy-v2 proxy-v2-options authority",
            "send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority",
            "send-proxy-v2 proxy-v2-options cert-key",
        ], ["", "certificate", "alpn"])
    func header(options: String, client shown: String) async throws {
        try folder.make("client", by: "authority")
        let words =
            switch shown {
            case "certificate": ["-cert", folder.path("client.crt"), "-key", folder.path("client.key")]
            case "alpn": ["-alpn", "amqp", "-servername", "one.example"]
            default: ["-noservername", "-tls1_2"]
            }
        let bind = "\(crt) alpn amqp ca-file \(folder.path("authority.crt")) verify optional"
        try await Scenario(bindOptions: bind, servers: [options]) { stage in
            let client = try OpenSSLCommand.client(port: stage.port, words)
            try client.send("hello\n")
            let server = try stage.servers[0].accept()
            try client.finish()
            let (bytes, ending) = server.readToEnd()
            var text = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            try #require(text.count >= 28)
            // The ports of both ends.
            text.replaceSubrange(24..<28, with: ["…"])
            stage.notes.add("\(text.joined(separator: " ")), then \(ending.rawValue)")
            server.close()
            try client.awaitEnd()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    // MARK: Servers

    @Test("a server with TLS gets what the client says, and its name")
    func servers() async throws {
        let options = "ssl verify required ca-file \(folder.path("authority.crt")) sni str(one.example)"
        try await Scenario(
            lines: ["retries 0"], servers: [options], listening: []
        ) { stage in
            let server = try OpenSSLCommand.server(
                port: stage.servers[0].port, certificate: folder.path("one.example.crt"),
                key: folder.path("one.example.key"))
            defer { server.stop() }
            let client = try stage.connect()
            try client.send("hello\n")
            try server.await("hello")
            try server.send("olleh\n")
            try client.expect("olleh\n")
            client.finish()
            stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test(
        "a later connection to a server needs no whole handshake, unless the file says so",
        arguments: ["", " force-tlsv12", " no-ssl-reuse", " force-tlsv12 no-ssl-reuse"])
    func resumption(words: String) async throws {
        try await Scenario(
            lines: ["retries 0"], servers: ["ssl verify none" + words], listening: []
        ) { stage in
            let server = try OpenSSLCommand.server(
                port: stage.servers[0].port, certificate: folder.path("one.example.crt"),
                key: folder.path("one.example.key"))
            defer { server.stop() }
            for number in 1...3 {
                let client = try stage.connect()
                try client.send("hello \(number)\n")
                try server.await("hello \(number)")
                try server.send("olleh\n")
                try client.expect("olleh\n")
                client.finish()
                stage.notes.add("client saw \(client.readToEnd().ending.rawValue)")
                client.close()
                try stage.awaitSessionLines(number)
            }
            let resumed = server.count(of: "Reused session-id")
            #expect(resumed == (words.contains("no-ssl-reuse") ? 0 : 2))
            stage.notes.add("\(resumed) resumed")
        }.compare()
    }

    @Test("checks of servers with TLS", arguments: ["silent", "closes", "echoes", "refuses", "breaks"])
    func checks(what: String) async throws {
        let lines = ["option log-health-checks"]
        try await Scenario(
            lines: lines, servers: ["ssl verify none check inter 400ms fall 1"],
            listening: what == "refuses" ? [] : [0]
        ) { stage in
            if what != "refuses" {
                let server = try stage.servers[0].accept()
                switch what {
                case "closes": server.finish()
                case "echoes": try server.send("HTTP/1.0 400 Bad request\r\n\r\n")
                case "breaks": server.reset()
                default: break
                }
                try stage.awaitLine(containing: "Health check for server")
                if what != "breaks" { server.close() }
            }
            try stage.awaitLine(containing: "Health check for server")
        }.compare(
            ignoring: [
                "lastchg", "downtime", "chkfail", "check_duration", "last_chk", "ssl_sess", "ssl_failed_handshake",
            ], linesInAnyOrder: true, tries: 3)
    }
}
