import Certificates
import Foundation
import TLS
import Testing

@testable import Configuration

/// What files say about TLS, with real certificates.
@Suite("TLS keywords", .enabled(if: CertificateFolder.isAvailable))
struct TLSKeywordTests {
    private let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.makeAuthority("authority")
        try folder.make("one.example", by: "authority")
        try folder.make("two.example", hosts: ["two.example", "*.two.example"], by: "authority")
    }

    private func bind(_ options: String, global: String = "") -> ParsedInstance {
        Sample.parse(
            (global.isEmpty ? "" : "global\n    \(global)\n") + Sample.defaults
                + "listen rabbit\n    bind :5671 \(options)\n    server one 192.0.2.1:5672\n")
    }

    private func listener(_ options: String, global: String = "") throws -> TLSListener {
        try #require(try bind(options, global: global).valid().proxies[0].binds[0].tls)
    }

    @Test("a bind line with a certificate is served with TLS 1.2 and newer")
    func simple() throws {
        let listener = try listener("ssl crt \(folder.path("one.example.pem"))")
        #expect(listener.settings.versions.range == .tls12 ... .tls13)
        #expect(listener.entries.map(\.certificate.names) == [["one.example"]])
        #expect(try bind("").valid().proxies[0].binds[0].tls == nil)
    }

    @Test("the corpus's file with AMQP over TLS loads once its certificate is there")
    func corpusFile() throws {
        let text = """
            global
                log stdout format raw local0
                daemon
                ssl-default-bind-options ssl-min-ver TLSv1.2
                ssl-default-bind-ciphers HIGH:!aNULL:!MD5
            resolvers docker_dns
                nameserver dns_docker 127.0.0.11:53
            defaults
                mode tcp
                log global
                timeout connect 10s
                timeout client 10m
                timeout server 10m
            listen amqps_listener
                bind *:5671 ssl crt \(folder.path("one.example.pem"))
                mode tcp
                server rabbitmq_amqp rabbitmq:5672 check resolvers docker_dns

            """
        let configuration = try Sample.parse(text).valid()
        let listener = try #require(configuration.proxies[0].binds[0].tls)
        #expect(listener.settings.ciphers == "HIGH:!aNULL:!MD5")
        #expect(listener.settings.versions.least == .tls12)
    }

    @Test("a file with keys of tickets has three lines at least, all of one size, and its errors name the line")
    func ticketKeys() throws {
        func key(_ number: UInt8, _ size: Int = 48) -> String {
            Data(repeating: number, count: size).base64EncodedString()
        }
        func outcome(_ text: String) throws -> ParsedInstance {
            let path = folder.path("tickets.txt")
            try Data(text.utf8).write(to: URL(filePath: path))
            return bind("ssl crt \(folder.path("one.example.pem")) tls-ticket-keys \(path)")
        }
        let taken = try outcome((1...4).map { key($0) + "\n" }.joined()).valid()
        #expect(taken.proxies[0].binds[0].tls?.settings.ticketKeys?.keys.map { $0[0] } == [2, 3, 4])
        // No newline at the end.
        #expect(try outcome((1...3).map { key($0, 80) }.joined(separator: "\n")).valid().proxies.count == 1)
        let wrong = [
            "\(key(1))\n\(key(2))\n": "there are fewer than 3 keys",
            "\(key(1))\n\(key(2, 80))\n\(key(3))\n": "wrong sized key on line 2",
            "\(key(1))\n\n\(key(2))\n\(key(3))\n": "wrong sized key on line 2",
            "\(key(1))\n\(key(2))\n!!!!\n": "unable to decode base64 key on line 3",
        ]
        for (text, message) in wrong {
            let errors = try outcome(text).diagnostics.filter { $0.severity == .error }
            #expect(errors.map(\.message) == ["'\(folder.path("tickets.txt"))': \(message)"])
        }
    }

    @Test("certificates come from files, from folders in the order of their names, and from lists")
    func places() throws {
        let one = folder.path("one.example.pem")
        #expect(try listener("ssl crt \(one) crt \(folder.path("two.example.pem"))").entries.count == 2)
        #expect(try listener("ssl crt one.example.pem", global: "crt-base \(folder.path)").entries.count == 1)
        try FileManager.default.createDirectory(atPath: folder.path("all"), withIntermediateDirectories: true)
        try folder.write(folder.contents("two.example.pem"), to: "all/b.pem")
        try folder.write(folder.contents("one.example.crt"), to: "all/a.crt")
        try folder.write(folder.contents("one.example.key"), to: "all/a.crt.key")
        try folder.write([], to: "all/.hidden")
        let names = try listener("ssl crt \(folder.path("all"))").entries.map(\.certificate.names[0])
        #expect(names == ["one.example", "two.example"])
        let list = """
            # certificates
            \(one)
            \(folder.path("two.example.pem")) [alpn h2 ssl-min-ver TLSv1.3] Two.Example !no.two.example

            """
        try folder.write(Array(list.utf8), to: "list.txt")
        let entries = try listener("ssl crt-list \(folder.path("list.txt")) alpn http/1.1").entries
        #expect(entries.map(\.names) == [nil, ["two.example", "!no.two.example"]])
        #expect(entries[0].settings == nil)
        #expect(entries[1].settings?.protocols == ["h2"])
        #expect(entries[1].settings?.versions.least == .tls13)
    }

    @Test("what is said of versions, ciphers and clients arrives")
    func options() throws {
        let authority = folder.path("authority.crt")
        let settings = try listener(
            "ssl crt \(folder.path("one.example.pem")) ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.2 ciphers HIGH "
                + "ciphersuites TLS_AES_128_GCM_SHA256 curves P-256 alpn h2,amqp no-tls-tickets prefer-client-ciphers "
                + "ca-file \(authority) verify optional crt-ignore-err 10,18 ca-ignore-err all no-ca-names"
        ).settings
        #expect(settings.versions.range == .tls10 ... .tls12)
        #expect(settings.ciphers == "HIGH" && settings.ciphersuites == "TLS_AES_128_GCM_SHA256")
        #expect(settings.curves == "P-256" && settings.protocols == ["h2", "amqp"])
        #expect(!settings.usesTickets && settings.prefersClientCiphers && !settings.announcesAuthorities)
        #expect(settings.verification == .optional && settings.authorities.map(\.path) == [authority])
        #expect(settings.ignoredErrorsOfPeer == .some([10, 18]) && settings.ignoredErrorsOfAuthorities == .all)
        let forced = try listener("ssl crt \(folder.path("one.example.pem")) force-tlsv12 strict-sni")
        #expect(forced.settings.versions.range == .tls12 ... .tls12 && forced.isStrict)
    }

    @Test("a line's own words go before those of global")
    func defaults() throws {
        let crt = "ssl crt \(folder.path("one.example.pem"))"
        let global = "ssl-default-bind-options force-tlsv13 no-tls-tickets prefer-client-ciphers"
        let settings = try listener(crt, global: global).settings
        #expect(settings.versions.range == .tls13 ... .tls13)
        #expect(!settings.usesTickets && settings.prefersClientCiphers)
        #expect(try listener(crt + " ssl-min-ver TLSv1.2", global: global).settings.versions.range == .tls12 ... .tls13)
    }

    @Test("servers are verified unless the line says otherwise")
    func servers() throws {
        func server(_ options: String, global: String = "") throws -> ServerConfiguration {
            let text =
                (global.isEmpty ? "" : "global\n    \(global)\n") + Sample.defaults
                + "listen rabbit\n    bind :5671\n    server s 192.0.2.1:5671 \(options)\n"
            return try Sample.parse(text).valid().proxies[0].servers[0]
        }
        let authority = folder.path("authority.crt")
        let verified = try server(
            "ssl ca-file \(authority) sni str(app.example) verifyhost app.example alpn amqp check")
        #expect(verified.tls?.name == .fixed("app.example"))
        #expect(verified.tls?.connector.settings.verification == .required)
        #expect(verified.tls?.connector.verifiedName == "app.example")
        #expect(verified.tls?.connector.settings.protocols == ["amqp"])
        #expect(verified.check?.tls?.connector.settings.protocols == ["amqp"])
        #expect(verified.check?.tls?.name == nil)
        #expect(try server("ssl verify none sni ssl_fc_sni").tls?.name == .ofClient)
        #expect(
            try server("ssl", global: "ssl-server-verify none").tls?.connector.settings.verification
                == TLSSettings.Verification.none)
        #expect(try server("ssl verify none check port 15672").check?.tls == nil)
        #expect(try server("ssl verify none check no-check-ssl").check?.tls == nil)
        let checked = try server("verify none check check-ssl check-sni a.example check-alpn h2")
        #expect(checked.tls == nil)
        #expect(checked.check?.tls?.name == .fixed("a.example"))
        #expect(checked.check?.tls?.connector.settings.protocols == ["h2"])
        let base = try server(
            "ssl ca-file authority.crt crt one.example.pem",
            global: "ca-base \(folder.path)\n    crt-base \(folder.path)")
        #expect(base.tls?.connector.certificate?.names == ["one.example"])
    }

    @Test("what can't be loaded is an error at the word that names it")
    func mistakes() throws {
        func error(_ options: String) -> String? { bind(options).lines.first { $0.hasPrefix("error") } }
        #expect(
            error("ssl crt /nowhere/x.pem")
                == "error 7:24 unable to stat SSL certificate from file '/nowhere/x.pem': No such file or directory")
        #expect(error("ssl") == "error 7:16 no SSL certificate specified for bind ':5671'")
        let key = folder.path("one.example.key")
        #expect(error("ssl crt \(key)") == "error 7:24 unable to load certificate from file '\(key)'")
        let crt = "ssl crt \(folder.path("one.example.pem"))"
        let column = 16 + crt.utf8.count + 1
        #expect(error("\(crt) verify requird") == "error 7:\(column + 7) unknown argument 'requird' of 'verify'")
        #expect(
            error("\(crt) verify required")
                == "error 7:\(column + 7) verify is enabled, but no CA file is specified for bind ':5671'")
        #expect(error("\(crt) ssl-min-ver TLS1.2") == "error 7:\(column + 12) unknown version 'TLS1.2'")
        #expect(error("\(crt) ciphers NONSENSE")?.contains("unable to set the ciphers 'NONSENSE'") == true)
        #expect(error("ssl crt /dev/zero") == "error 7:24 '/dev/zero' is no regular file")
        #expect(
            bind("crt \(folder.path("one.example.pem"))").lines == [
                "warning 7:20 a certificate was specified, but SSL is not enabled on bind ':5671'"
            ])
        try folder.write(Array("\(folder.path("one.example.pem")) [alpn h2\n".utf8), to: "list.txt")
        let list = bind("ssl crt-list \(folder.path("list.txt"))").diagnostics
        #expect(list.first?.location.file == folder.path("list.txt"))
        #expect(list.first?.message == "the bracket is not closed")
    }

    @Test("statistics can't be served with TLS, and it is said so")
    func statistics() {
        let text =
            Sample.defaults + "listen stats\n    bind :8404 ssl crt \(folder.path("one.example.pem"))\n    mode http\n"
            + "    stats enable\n"
        #expect(
            Sample.parse(text).messages(.error) == ["'ssl' is not supported here: statistics are served without TLS"])
    }
}
