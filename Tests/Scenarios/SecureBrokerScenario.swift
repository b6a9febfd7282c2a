import Certificates
import Testing

extension Scenarios {
    @Suite("Brokers with TLS")
    struct SecureBrokers {
        @Test(
            "AMQP clients with TLS reach RabbitMQ, whether TLS ends before it, begins anew, or passes through",
            .enabled(if: RabbitMQBrokers.isInstalled && Python.hasPika && CertificateFolder.isAvailable),
            .timeLimit(.minutes(5)))
        func everyWay() async throws {
            let certificates = try CertificateFolder()
            try certificates.makeAuthority("authority")
            try certificates.make("broker.example", hosts: ["broker.example"], by: "authority", key: .rsa)
            let authority = certificates.path("authority.crt")
            let secure = try HeldPort()
            let node = try RabbitMQBrokers.Node("rabbit_tls", host: "127.0.0.7")
            let brokers = try await RabbitMQBrokers(
                [node],
                configuration: [
                    "listeners.ssl.default = \(secure.address)",
                    "ssl_options.cacertfile = \(authority)",
                    "ssl_options.certfile = \(certificates.path("broker.example.crt"))",
                    "ssl_options.keyfile = \(certificates.path("broker.example.key"))",
                    "ssl_options.verify = verify_none",
                ])
            let (ended, anew, through) = (try HeldPort(), try HeldPort(), try HeldPort())
            let crt = "ssl crt \(certificates.path("broker.example.pem"))"
            let verified = "ssl verify required ca-file \(authority) verifyhost broker.example check"
            let supervisor = try Supervisor(in: try TemporaryDirectory())
            try supervisor.configure(
                "brokers",
                """
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                listen ended
                    bind \(ended.address) \(crt)
                    server rabbit \(node.clients.address) check
                listen anew
                    bind \(anew.address) \(crt)
                    server rabbit \(secure.address) \(verified)
                listen through
                    bind \(through.address)
                    server rabbit \(secure.address) check

                """)
            let process = try await supervisor.up(listeningOn: [ended, anew, through])
            for (name, port) in [("ended", ended), ("anew", anew), ("through", through)] {
                let client = try Python.start("secure", [String(port.port), authority, "broker.example", name, "200"])
                let status = try await client.waitUntilExit(within: .seconds(60))
                #expect(status == .code(0), "\(name): \(client.output) \(client.errorOutput)")
                #expect(client.output.contains("received 200"), "\(name)")
            }
            try await process.stop()
            try await brokers.stop()
        }
    }
}
