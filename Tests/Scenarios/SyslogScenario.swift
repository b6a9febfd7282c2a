import Foundation
import Testing

extension Scenarios {
    @Suite("Syslog")
    struct Syslog {
        private static let isInstalled = Requirement.isMet(
            FileManager.default.isExecutableFile(atPath: "/usr/sbin/rsyslogd"), "rsyslogd (Debian: rsyslog)")

        @Test("a real rsyslogd with the seed's rule writes the seed's line", .enabled(if: isInstalled))
        func seedRule() async throws {
            let directory = try TemporaryDirectory()
            let logPort = try freeDatagramPort()
            let logFile = "\(directory.path)/haproxy.log"
            let rules = try directory.write(
                """
                global(workDirectory="\(directory.path)")
                module(load="imudp")
                input(type="imudp" address="127.0.0.1" port="\(logPort)")
                local0.* \(logFile)

                """, to: "rsyslog.conf")
            let rsyslog = try TestProcess(["/usr/sbin/rsyslogd", "-n", "-f", rules, "-i", "\(directory.path)/pid"])

            let echo = try FakeServer(serve: FakeServer.echo)
            let port = try HeldPort()
            let supervisor = try Supervisor(in: directory)
            let instance = PlainInstance(
                name: "rabbitmq_cluster", bind: port, servers: ["rabbit_2 \(echo.address.address)"], logPort: logPort)
            try supervisor.configure("cluster", instance.text)
            let process = try await supervisor.up(listeningOn: [port])

            // As in the seed's sample: 2017-08-11T10:07:03+08:00 localhost haproxy[12948]: 127.0.0.1:53708
            // [11/Aug/2017:10:07:03.042] rabbitmq_cluster rabbitmq_cluster/rabbit_2 1/0/299 572 SD 2/2/2/0/0 0/0
            let expected =
                #/
                ^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\ \S+\ haproxy\[(?<pid>\d+)\]:
                \ 127\.0\.0\.1:(?<port>\d+)\ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d{3}\]
                \ rabbitmq_cluster\ rabbitmq_cluster\/rabbit_2\ \d+\/\d+\/\d+\ (?<bytes>\d+)\ --
                \ 1\/1\/0\/0\/0\ 0\/0$
            /#
            // The first datagrams may come before rsyslogd listens.
            let (client, line) = try await eventually("a line in the log; \(rsyslog.errorOutput)") {
                let client = try #require(try await Socket.connect(port: port.port))
                try await client.write(Array("hello".utf8))
                _ = try await client.read(exactly: 5)
                let clientPort = try client.localPort()
                client.finishWriting()
                _ = try await client.readToEnd()
                let line = try? await eventually("its line", within: .seconds(1)) {
                    let text = FileManager.default.contents(atPath: logFile).map { String(decoding: $0, as: UTF8.self) }
                    return text?.split(separator: "\n").first { $0.contains("127.0.0.1:\(clientPort) ") }
                }
                return line.map { (clientPort, $0) }
            }
            let match = try #require(String(line).wholeMatch(of: expected), "\(line)")
            #expect(match.port == String(client))
            #expect(match.pid == String(process.processID))
            #expect(match.bytes == "5")
            try await process.stop()
            try await rsyslog.stop()
        }

        private func freeDatagramPort() throws -> Int {
            // Not held: of two sockets bound to one UDP port, one alone would get the datagrams.
            let socket = try Socket(isDatagram: true)
            try socket.bind(host: "127.0.0.1", port: 0)
            return try socket.localPort()
        }
    }
}
