import Certificates
import Foundation
import Peers
import Testing

/// What rules and log lines ask of the TLS of both sides of a session, and of certificates.
@Suite("samples of TLS, beside HAProxy", .serialized, .enabled(if: CertificateFolder.isAvailable))
struct TLSSampleTests {
    private let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.makeAuthority("authority")
        try folder.make("one.example", hosts: ["one.example"], by: "authority")
        try folder.make("client", by: "authority", key: .rsa)
        try folder.make("stranger")
    }

    private var bind: String {
        "ssl crt \(folder.path("one.example.pem")) ca-file \(folder.path("authority.crt")) verify optional alpn amqp "
            + "crt-ignore-err all ca-ignore-err all"
    }

    /// What a client shows, and how it connects.
    private func words(_ client: String) -> [String] {
        switch client {
        case "client", "stranger": ["-cert", folder.path("\(client).crt"), "-key", folder.path("\(client).key")]
        case "older": ["-tls1_2", "-alpn", "amqp", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]
        default: ["-alpn", "amqp"]
        }
    }

    private static let certificate = """
        %[SIDEder,hex] %[SIDEi_dn] %[SIDEi_dn(CN)] %[SIDEs_dn] %[SIDEs_dn(CN,1)] %[SIDEs_dn(CN,-1)] %[SIDEs_dn(CN,2)] \
        %[SIDEs_dn(O)] %[SIDEs_dn(CN,0)] %[SIDEs_dn(,0,rfc2253)] %[SIDEkey_alg] %[SIDEnotafter] %[SIDEnotbefore] \
        %[SIDEserial,hex] %[SIDEsha1,hex] %[SIDEsig_alg] %[SIDEversion]
        """

    private static let connection = """
        %[SIDEuse_keysize] %[SIDEalg_keysize] %[SIDEprotocol] %[SIDEcipher] %[SIDEalpn] %[SIDEis_resumed] %[SIDEerr] \
        %[SIDEerr_str] %[SIDEnpn] %[SIDEunique_id,hex,length] %[SIDEclient_random,hex,length] \
        %[SIDEserver_random,hex,length] %[SIDEsession_id,hex,length] %[SIDEsession_key,hex,length]
        """

    private static let formats = [
        "%[ssl_fc] %[ssl_bc] %[ssl_fc_has_crt] %[ssl_fc_has_early] "
            + connection.replacing("SIDE", with: "ssl_fc_"),
        "%[ssl_c_used] %[ssl_c_verify] %[ssl_c_err] %[ssl_c_ca_err] %[ssl_c_ca_err_depth] %[ssl_c_chain_der,hex,length] "
            + certificate.replacing("SIDEder,hex", with: "ssl_c_der,hex,length").replacing("SIDE", with: "ssl_c_"),
        certificate.replacing("SIDEder,hex", with: "ssl_f_der,hex,length").replacing("SIDE", with: "ssl_f_"),
    ]

    private func line(_ format: String) -> String {
        "log-format \"%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %f \(format)\""
    }

    private func converse(_ stage: Scenario.Stage, _ words: [String]) throws {
        let client = try OpenSSLCommand.client(port: stage.port, words)
        try client.send("hello\n")
        let server = try stage.servers[0].accept()
        try server.expect("hello\n")
        try client.finish()
        _ = server.readToEnd()
        server.close()
        try client.awaitEnd()
        try stage.awaitSessionLines(1)
    }

    @Test(
        "what lines tell of clients and of certificates", arguments: ["plain", "older", "client", "stranger"],
        formats.indices)
    func clients(client: String, format: Int) async throws {
        let words = words(client)
        try await Scenario(bindOptions: bind, lines: [line(Self.formats[format])]) { stage in
            try converse(stage, words)
        }.compare()
    }

    @Test("what lines tell where nobody speaks TLS", arguments: formats.indices)
    func withoutTLS(format: Int) async throws {
        try await Scenario(lines: [line(Self.formats[format])]) { stage in
            let client = try stage.connect()
            try client.send("hello\n")
            let server = try stage.servers[0].accept()
            try server.expect("hello\n")
            client.finish()
            _ = server.readToEnd()
            server.close()
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("what lines tell of servers", arguments: ["", " force-tlsv12", " alpn amqp"])
    func servers(options: String) async throws {
        let format =
            "%[ssl_bc] " + Self.connection.replacing("SIDE", with: "ssl_bc_") + " "
            + Self.certificate.replacing("SIDEder,hex", with: "ssl_s_der,hex,length").replacing("SIDE", with: "ssl_s_")
        try await Scenario(
            lines: ["retries 0", "option logasap", line(format)], servers: ["ssl verify none" + options], listening: []
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
            _ = client.readToEnd()
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("rules go by clients' certificates", arguments: ["plain", "client", "stranger"])
    func rules(client: String) async throws {
        let words = words(client)
        let rules = [
            "no option dontlognull", "tcp-request inspect-delay 5s",
            "tcp-request content set-var(sess.who) ssl_c_s_dn(CN)",
            "tcp-request content reject if { ssl_c_verify gt 0 }",
            "tcp-request content reject unless { ssl_c_used } { ssl_c_s_dn(CN) -m str client }",
            line("%[var(sess.who)]"),
        ]
        // Who is refused may have been so before what it says has come.
        let passing: Set<String> = client == "client" ? [] : ["bin"]
        try await Scenario(bindOptions: bind, lines: rules) { stage in
            guard client != "client" else { return try converse(stage, words) }
            let refused = try OpenSSLCommand.client(port: stage.port, words)
            try refused.send("hello\n")
            try refused.awaitEnd()
            try stage.awaitSessionLines(1)
        }.compare(ignoring: passing)
    }

    @Test("a line of one's own about a failed handshake tells what was wrong")
    func failure() async throws {
        let format =
            "error-log-format \"%ci:%cp [%t] %ft %b/%s %[ssl_fc_err] %[ssl_fc_err_str] %[ssl_c_err] %[ssl_c_ca_err]\""
        let strict = bind.replacing(" crt-ignore-err all ca-ignore-err all", with: "")
        for words in [["-tls1_2", "-cipher", "AES256-SHA"], words("stranger") + ["-tls1_2"]] {
            try await Scenario(bindOptions: strict, lines: [format]) { stage in
                let client = try OpenSSLCommand.client(port: stage.port, words)
                try client.awaitEnd()
                try stage.awaitSessionLines(1)
            }.compare()
        }
    }
}
