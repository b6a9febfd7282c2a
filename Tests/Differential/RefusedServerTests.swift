import Certificates
import Foundation
import Peers
import Testing

/// Servers with TLS that are refused, or refuse: what becomes of the sessions and the checks.
@Suite("servers that TLS fails with, beside HAProxy", .serialized, .enabled(if: CertificateFolder.isAvailable))
struct RefusedServerTests {
    private let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.makeAuthority("authority")
        try folder.makeAuthority("stranger")
        try folder.make("good", hosts: ["one.example"], by: "authority")
        try folder.make("foreign", hosts: ["one.example"], by: "stranger")
        try folder.make("own", hosts: ["one.example"])
        try folder.make("expired", hosts: ["one.example"], by: "authority", days: -1)
        try folder.makeRevocations("empty.pem", of: "authority")
        try folder.makeRevocations("revoked.pem", of: "authority", revoking: "good")
        try folder.makeRevocations("others.pem", of: "stranger")
    }

    private func trust(_ more: String = "") -> String {
        "verify required ca-file \(folder.path("authority.crt")) \(more)"
    }

    /// What is refused of a server, and why: its certificate, and what the file says.
    private var refusals: [(certificate: String, options: String)] {
        [
            ("good", trust("verifyhost one.example")),
            ("good", trust("crl-file \(folder.path("empty.pem"))")),
            ("foreign", trust()), ("own", trust()), ("expired", trust()),
            ("good", trust("verifyhost two.example")),
            ("good", trust("crl-file \(folder.path("revoked.pem"))")),
            // No list of the authority that signed it.
            ("good", trust("crl-file \(folder.path("others.pem"))")),
        ]
    }

    /// A client that says something to a server with TLS, which may never hear of it.
    private func talk(_ stage: Scenario.Stage, to server: SecureServer, attempts: Int = 1) throws {
        let client = try stage.connect()
        try client.send("hello\n")
        for _ in 0..<attempts {
            let peer = try stage.servers[0].accept()
            stage.notes.add("the server is \(try server.tell(peer) ? "" : "not ")content")
            peer.close()
        }
        let (bytes, ending) = client.readToEnd()
        stage.notes.add("client got \(bytes.count) bytes, then \(ending.rawValue)")
        client.close()
        try stage.awaitSessionLines(1)
    }

    @Test("certificates that are not right", arguments: ["force-tlsv12", "force-tlsv13"])
    func certificates(version: String) async throws {
        for (certificate, options) in refusals {
            let server = try SecureServer(certificate: folder.path("\(certificate).pem"))
            try await Scenario(
                defaults: ["retries 0", "timeout server 500ms"], servers: ["ssl \(version) \(options)"]
            ) { try talk($0, to: server) }.compare()
        }
    }

    @Test("a certificate for another name than was asked for is not asked for again; any other refusal is")
    func retries() async throws {
        let server = try SecureServer(certificate: folder.path("good.pem"))
        let defaults = ["retries 2", "timeout connect 100ms", "no option redispatch"]
        try await Scenario(defaults: defaults, servers: ["ssl \(trust("sni str(two.example)"))"]) { stage in
            try talk(stage, to: server)
        }.compare()
        try await Scenario(defaults: defaults, servers: ["ssl \(trust("verifyhost two.example"))"]) { stage in
            try talk(stage, to: server, attempts: 3)
        }.compare()
    }

    /// In TLS 1.3 a server says what it thinks of a certificate after the handshake, when HAProxy may be looking or not.
    @Test(
        "servers that want a certificate",
        arguments: [
            ("none", "force-tlsv12"), ("stranger", "force-tlsv12"), ("client", "force-tlsv12"),
            ("client", "force-tlsv13"),
        ])
    func clients(shown: String, version: String) async throws {
        try folder.make("client", by: "authority")
        var settings = SecureServer.Settings()
        settings.verification = .required
        settings.authorities = [.init(path: "authority", contents: try folder.contents("authority.crt"))]
        let server = try SecureServer(certificate: folder.path("good.pem"), settings)
        let crt =
            switch shown {
            case "none": ""
            case "client": "crt \(folder.path("client.pem"))"
            default: "crt \(folder.path("foreign.pem"))"
            }
        var scene = try CheckScene(["secure": .custom { _ = try server.tell($0) }])
        let line = "default-server ssl verify none \(version) \(crt)"
        scene.add([line], "secure")
        scene.add(["option tcp-check", "tcp-check expect string zz", line], "secure")
        try await scene.compare()
    }
}
