import Certificates
import Foundation
import Peers
import Testing

/// Rules that look at what comes in TLS that ends here.
@Suite("rules about content in TLS, beside HAProxy", .serialized, .enabled(if: CertificateFolder.isAvailable))
struct SecureContentTests {
    private let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.makeAuthority("authority")
        try folder.make("one.example", hosts: ["one.example"], by: "authority")
    }

    private func scenario(
        _ lines: [String], _ script: @escaping @Sendable (Scenario.Stage) throws -> Void
    ) -> Scenario {
        Scenario(
            bindOptions: "ssl crt \(folder.path("one.example.pem"))", lines: ["no option dontlognull"] + lines,
            script: script)
    }

    /// A client that says something, gets an answer, says more and ends.
    private func converse(_ stage: Scenario.Stage) throws {
        let client = try OpenSSLCommand.client(port: stage.port, [])
        try client.send("hello\n")
        let server = try stage.servers[0].accept()
        try server.expect("hello\n")
        try server.send("olleh\n")
        try client.await("olleh")
        try client.send("more\n")
        try server.expect("more\n")
        try client.finish()
        stage.notes.add("server saw \(server.readToEnd().ending.rawValue)")
        server.close()
        try client.awaitEnd()
        try stage.awaitSessionLines(1)
    }

    @Test(
        "what is sent in TLS is looked at, and passed on",
        arguments: [
            ["tcp-request content reject unless { req.payload(0,5) -m str hello }"],
            ["tcp-request content accept if { req.len gt 4 }", "tcp-request content reject"],
            ["tcp-request content accept if { req.len 6 } WAIT_END", "tcp-request content reject"],
            ["tcp-request content set-var(sess.x) req.payload(1,3)", "tcp-request content accept if { req.len gt 3 }"],
        ])
    func passed(rules: [String]) async throws {
        try await scenario(["tcp-request inspect-delay 1s"] + rules) { try converse($0) }.compare()
    }

    @Test("what is refused in TLS never gets to a server")
    func refused() async throws {
        let rules = ["tcp-request inspect-delay 5s", "tcp-request content reject if { req.payload(0,5) -m str hello }"]
        try await scenario(rules) { stage in
            let client = try OpenSSLCommand.client(port: stage.port, [])
            try client.send("hello\n")
            try client.awaitEnd()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    @Test("answers that are looked at go to a client with TLS")
    func answers() async throws {
        let rules = [
            "tcp-response inspect-delay 5s", "tcp-response content reject unless { res.payload(0,5) -m str olleh }",
        ]
        try await scenario(rules) { try converse($0) }.compare()
    }
}
