import Certificates
import Foundation
import Peers
import Testing

/// Checks that speak TLS: what they ask the server for, and where each step leads.
@Suite("checks with TLS, beside HAProxy", .serialized, .enabled(if: CertificateFolder.isAvailable))
struct SecureCheckTests {
    private let folder: CertificateFolder
    private let secure: FakeServer.Behaviour

    init() throws {
        folder = try CertificateFolder()
        try folder.makeAuthority("authority")
        try folder.make("one.example", hosts: ["one.example"], by: "authority")
        var settings = SecureServer.Settings()
        settings.protocols = ["amqp", "h2"]
        let server = try SecureServer(certificate: folder.path("one.example.pem"), settings)
        secure = .custom { _ = try server.tell($0) }
    }

    /// Every answer fails, and is told.
    private static let tells = "tcp-check expect min-recv 12 on-error \"%[res.payload(0,0),cut_crlf]\" string zz"

    private func scene() throws -> CheckScene {
        try CheckScene(["secure": secure, "hello": .greet("hello, this is plain\r\n")])
    }

    @Test("check-sni, check-alpn and what the server's own line says")
    func lines() async throws {
        var scene = try scene()
        let trust = "verify required ca-file \(folder.path("authority.crt"))"
        let lines = [
            "check-ssl verify none", "check-ssl check-sni my.name check-alpn h2 verify none",
            "ssl sni str(abc) alpn amqp verify none",
            "ssl alpn amqp check-alpn h2 check-sni a.b sni str(abc) verify none",
            "ssl alpn h2 \(trust)", "ssl check-sni one.example \(trust)", "ssl check-sni two.example \(trust)",
            "ssl sni str(two.example) \(trust)", "ssl verifyhost two.example \(trust)",
            "ssl verifyhost two.example check-sni one.example \(trust)", "no-check-ssl ssl verify none",
        ]
        for line in lines {
            let isOffering = line.contains("check-alpn")
            scene.add(
                ["option tcp-check", Self.tells, "default-server \(line)"],
                isOffering ? ["secure", "hello"] : ["secure", "hello", "refuse"])
        }
        scene.add(["option tcp-check", "default-server check-ssl \(trust) verifyhost x.example"], "secure", "hello")
        scene.add(["default-server ssl \(trust) verifyhost x.example"], "secure", "hello", "refuse")
        scene.add(["option httpchk", "default-server ssl \(trust) check-sni x.example"], "secure", "hello", "refuse")
        try await scene.compare()
    }

    @Test(
        "steps with ssl, sni and alpn of their own",
        arguments: ["", "check-ssl check-sni my.name check-alpn h2", "ssl sni str(x.y) alpn h2"])
    func steps(line: String) async throws {
        var scene = try scene()
        let steps = [
            "connect", "connect default", "connect ssl", "connect ssl sni one.example alpn h2,amqp",
            "connect ssl sni str(one.example)", "connect default sni other alpn amqp", "connect alpn amqp default ssl",
            "connect sni foo", "connect ssl comment \"to TLS\" alpn nothing", "connect ssl proto none linger",
        ]
        for step in steps {
            // What HAProxy says of a refusal depends on chance where there is something to agree on.
            let isPredictable = !line.contains("check-alpn") && !step.contains("default sni other alpn")
            scene.add(
                ["option tcp-check", "tcp-check \(step)", Self.tells, "default-server verify none \(line)"],
                isPredictable ? ["secure", "hello", "refuse"] : ["secure", "hello"])
        }
        scene.add(
            [
                "option httpchk", "http-check connect ssl sni one.example alpn amqp", "http-check send meth GET",
                "http-check expect status 200", "default-server verify none \(line)",
            ], "secure", "hello")
        try await scene.compare()
    }

    @Test("the certificate has to be for the name that a step asks for")
    func names() async throws {
        var scene = try scene()
        let trust = "default-server verify required ca-file \(folder.path("authority.crt"))"
        for step in ["connect ssl", "connect ssl sni one.example", "connect ssl sni two.example"] {
            for more in ["", " verifyhost one.example", " verifyhost x.example", " ssl check-sni x.example"] {
                scene.add(["option tcp-check", "tcp-check \(step)", Self.tells, trust + more], "secure")
            }
        }
        try await scene.compare()
    }

    @Test("ports that samples say, and those of addresses")
    func ports() async throws {
        var scene = try scene()
        let option = "option tcp-check"
        let connections = [
            "port int(PORT_OF_hello)", "port str(PORT_OF_hello)", "port var(check.p) comment late",
            "port var(check.none)", "port srv_name", "port int(0)", "addr 127.0.0.1 port int(PORT_OF_hello)",
            "addr 127.0.0.1:1 port PORT_OF_hello ", "port int(PORT_OF_secure) ssl sni a.b",
        ]
        for connection in connections {
            scene.add(
                [
                    option, "tcp-check set-var(check.p) int(PORT_OF_hello)", "tcp-check connect \(connection)",
                    Self.tells, "default-server verify none",
                ], "refuse", "hello")
        }
        scene.add(
            [
                option, "tcp-check connect port PORT_OF_hello ", "tcp-check expect string plain",
                "tcp-check connect ssl port PORT_OF_secure sni a.b", "tcp-check expect string sni=a.b",
                "tcp-check connect port int(PORT_OF_refuse) ssl comment \"third\"", "default-server verify none",
            ], "secure", "refuse")
        try await scene.compare()
    }
}
