import Certificates
import Foundation
import Testing

extension Scenarios {
    @Suite("Certificates that end soon", .enabled(if: CertificateFolder.isAvailable))
    struct CertificateExpiry {
        @Test("three weeks before a certificate ends status warns of it, and metrics tell the end of each")
        func warning() async throws {
            let folder = try CertificateFolder()
            try folder.makeAuthority("authority")
            try folder.make("soon", hosts: ["soon.test"], by: "authority", days: 20)
            try folder.make("later", hosts: ["later.test"], by: "authority", days: 22)
            try folder.make("client", by: "authority", days: 3)
            let (clients, page, server) = (try HeldPort(), try HeldPort(), try FakeServer(serve: FakeServer.named("0")))
            let supervisor = try Supervisor(in: try TemporaryDirectory())
            try supervisor.configure(
                "secure",
                """
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                listen rabbit
                    bind \(clients.address) ssl crt \(folder.path("soon.pem")) crt \(folder.path("later.pem"))
                    server s1 \(server.address.address) ssl verify none crt \(folder.path("client.pem"))
                listen stats
                    bind \(page.address)
                    mode http
                    stats enable
                    stats uri /stats

                """)
            let process = try await supervisor.up(listeningOn: [clients, page])
            let status = try await supervisor.run("status")
            let told = status.output + status.errorOutput
            let (soon, client) = (folder.path("soon.pem"), folder.path("client.pem"))
            #expect(told.contains("the certificate \(soon) of rabbit expires in 19 days"), "\(told)")
            #expect(told.contains("the certificate \(client) of rabbit expires in 2 days"), "\(told)")
            #expect(!told.contains("later.pem"), "\(told)")
            guard let socket = try await Socket.connect(port: page.port) else { throw ScenarioError("no statistics") }
            try await socket.write(Array("GET /metrics HTTP/1.0\r\n\r\n".utf8))
            let metrics = String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
            for (name, days) in [("soon", 20), ("later", 22), ("client", 3)] {
                let start = "supervise_certificate_expiry_timestamp_seconds{"
                let line = metrics.split(separator: "\n").first {
                    $0.hasPrefix(start) && $0.contains("path=\"\(folder.path("\(name).pem"))\"")
                }
                let seconds = try #require(line?.split(separator: " ").last.flatMap { Double($0) }, "\(name)")
                let left = seconds - Date().timeIntervalSince1970
                #expect(abs(left - Double(days) * 86_400) < 3_600, "\(name): \(left)")
            }
            try await process.stop()
        }
    }
}
