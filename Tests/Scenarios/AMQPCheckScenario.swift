import Foundation
import Testing

extension Scenarios {
    @Suite("Checks in AMQP", .serialized)
    struct AMQPChecks {
        /// One broker, and a proxy for each way to check it.
        private struct SetUp {
            let directory: TemporaryDirectory
            let node: RabbitMQBrokers.Node
            let brokers: RabbitMQBrokers
            let page: HeldPort
            let supervisor: Supervisor
            let mute: FakeServer
            let log: SyslogCatcher

            init() async throws {
                directory = try TemporaryDirectory()
                node = try RabbitMQBrokers.Node("rabbit", host: "127.0.0.3")
                brokers = try await RabbitMQBrokers([node])
                page = try HeldPort()
                log = try SyslogCatcher()
                mute = try FakeServer { client in
                    while case .bytes = try await client.read(within: .seconds(600)) {}
                }
                let password = try directory.write("guest\n", to: "guest")
                let wrong = try directory.write("tsueg\n", to: "wrong")
                for file in [password, wrong] {
                    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
                }
                let login = "user guest password-file \(password)"
                let checks = [
                    "greeting": "", "login": login, "publisher": "\(login) publish",
                    "stranger": "user guest password-file \(wrong)", "nowhere": "vhost nowhere \(login)",
                ]
                var text = """
                    defaults
                        mode tcp
                        log 127.0.0.1:\(log.port) local0
                        timeout connect 5s
                        timeout client 60s
                        timeout server 60s
                        timeout check 2s
                        default-server check inter 300ms rise 1 fall 1
                    frontend page
                        bind \(page.address)
                        mode http
                        stats enable
                        stats uri /stats

                    """
                for (name, arguments) in checks.sorted(by: { $0.key < $1.key }) {
                    text += """
                        backend \(name)
                            option amqp-check \(arguments)
                            server rabbit \(node.clients.address)

                        """
                }
                text += """
                    backend silence
                        option amqp-check
                        server mute \(mute.address.address)
                    backend pair
                        option amqp-check \(login) publish
                        server rabbit \(node.clients.address)
                        server other 127.0.0.1:9 no-check backup

                    """
                supervisor = try Supervisor(in: directory)
                try supervisor.configure("brokers", text)
            }

            /// Waits until a server's last check ended in a way.
            func expect(_ proxy: String, server: String = "rabbit", _ fields: [String: String]) async throws {
                try await eventually("\(proxy)/\(server) has \(fields)", within: .seconds(30)) {
                    let page = try await StatisticsPage(port: page.port)
                    return try fields.allSatisfy { name, expected in
                        // A star says that the next check is under way.
                        let value = try page.field(name, of: server, proxy: proxy)
                        return value == expected || value == "* \(expected)"
                    }
                }
            }

            func lastCheck(_ proxy: String, _ server: String = "rabbit") async throws -> String {
                try await StatisticsPage(port: page.port).field("last_chk", of: server, proxy: proxy)
            }
        }

        @Test(
            "a real broker is asked who it is, logged in to and published to, and its alarms make it DEGRADED",
            .enabled(if: RabbitMQBrokers.isInstalled), .timeLimit(.minutes(5)))
        func broker() async throws {
            let setUp = try await SetUp()
            let process = try await setUp.supervisor.up(listeningOn: [setUp.page])
            for proxy in ["greeting", "login", "publisher"] {
                try await setUp.expect(proxy, ["status": "UP", "check_status": "L7OK"])
                #expect(try await setUp.lastCheck(proxy).hasPrefix("RabbitMQ 3."))
            }
            try await setUp.expect(
                "stranger", ["status": "DOWN", "check_status": "L7STS", "check_code": "403"])
            #expect(try await setUp.lastCheck("stranger").hasPrefix("ACCESS_REFUSED"))
            try await setUp.expect("nowhere", ["status": "DOWN", "check_status": "L7STS", "check_code": "530"])
            #expect(try await setUp.lastCheck("nowhere") == "NOT_ALLOWED - vhost nowhere not found")
            try await setUp.expect("silence", server: "mute", ["status": "DOWN", "check_status": "L7TOUT"])
            #expect(try await setUp.lastCheck("silence", "mute") == "waiting for connection.start")

            let shown = try await shownPage(setUp)
            #expect(shown.contains("Capabilities:") && shown.contains("connection.blocked"))

            try await alarm(setUp)
            try await stoppedApplication(setUp)
            try await pausedProcess(setUp)
            try await alarmOfDeadBroker(setUp)

            try await eventually("the history has all of it", every: .milliseconds(100)) {
                let states = try await setUp.supervisor.json(HistoryLine.self, "history", "publisher/rabbit").map(\.to)
                return states.contains("DEGRADED") && states.contains("DOWN") && states.last == "UP"
            }
            try await process.stop()
            try await setUp.brokers.stop()
        }

        /// An alarm: those who publish see it, a backup takes over, and the connection that was told waits for the end.
        private func alarm(_ setUp: SetUp) async throws {
            let before = try await connections(setUp)
            try await setUp.brokers.control(setUp.node.name, "set_vm_memory_high_watermark", "0.00001")
            try await setUp.expect("publisher", ["check_status": "L7OKC"])
            #expect(try await setUp.lastCheck("publisher") == "blocked: low on memory")
            try await setUp.expect("login", ["status": "UP", "check_status": "L7OK"])
            // However often it is checked meanwhile, the broker gets no more connections than one for each proxy.
            for _ in 0..<3 { #expect(try await connections(setUp) <= before + 5) }
            let states = try await setUp.supervisor.json(HistoryLine.self, "history", "publisher/rabbit")
            #expect(states.last?.to == "DEGRADED")
            #expect(try await shownPage(setUp).contains("DEGRADED"))
            _ = try await setUp.log.line("of the alarm") {
                $0.contains("Server publisher/rabbit is DEGRADED, reason: Layer7 check conditionally passed")
                    && $0.contains("info: \"blocked: low on memory\"")
            }
            // Where nobody else is left, a degraded broker still takes sessions.
            #expect(states.last?.active_servers == 1)
            let pair = try await setUp.supervisor.json(HistoryLine.self, "history", "pair/rabbit")
            #expect(pair.last?.active_servers == 0 && pair.last?.backup_servers == 1)
            try await setUp.brokers.control(setUp.node.name, "set_vm_memory_high_watermark", "0.4")
            try await setUp.expect("publisher", ["status": "UP", "check_status": "L7OK"])
        }

        /// `stop_app`: nobody listens any more.
        private func stoppedApplication(_ setUp: SetUp) async throws {
            try await setUp.brokers.control(setUp.node.name, "stop_app")
            try await setUp.expect("publisher", ["status": "DOWN", "check_status": "L4CON"])
            try await setUp.brokers.control(setUp.node.name, "start_app")
            try await setUp.expect("publisher", ["status": "UP", "check_status": "L7OK"])
        }

        /// A process that doesn't run for a while: the kernel still makes connections for it, and nobody answers.
        private func pausedProcess(_ setUp: SetUp) async throws {
            try await stopped(setUp) {
                for proxy in ["greeting", "publisher"] {
                    try await setUp.expect(proxy, ["status": "DOWN", "check_status": "L7TOUT"])
                    #expect(try await setUp.lastCheck(proxy) == "waiting for connection.start")
                }
            }
            try await setUp.expect("publisher", ["status": "UP", "check_status": "L7OK"])
        }

        /// A broker that has an alarm, and then is silent: the connection that waits for the alarm's end stays, but is no
        /// proof that the broker still is there.
        private func alarmOfDeadBroker(_ setUp: SetUp) async throws {
            try await setUp.brokers.control(setUp.node.name, "set_vm_memory_high_watermark", "0.00001")
            try await setUp.expect("publisher", ["check_status": "L7OKC"])
            // The broker would have ended the connection after two of the checks' own heartbeats that never come.
            let end = ContinuousClock.now + .seconds(20)
            try await eventually("the alarm lasts", within: .seconds(30), every: .milliseconds(500)) {
                let states = try await setUp.supervisor.json(HistoryLine.self, "history", "publisher/rabbit").map(\.to)
                #expect(states.last == "DEGRADED")
                return ContinuousClock.now > end
            }
            try await stopped(setUp) {
                _ = try await setUp.log.line("of its silence") {
                    $0.contains("Server publisher/rabbit is DOWN, reason: Layer7 timeout")
                        && $0.contains("info: \"waiting for a heartbeat\"")
                }
                try await setUp.expect("publisher", ["status": "DOWN"])
            }
            try await setUp.expect("publisher", ["check_status": "L7OKC"])
            try await setUp.brokers.control(setUp.node.name, "set_vm_memory_high_watermark", "0.4")
            try await setUp.expect("publisher", ["status": "UP", "check_status": "L7OK"])
        }

        /// Has the broker's process not run meanwhile.
        private func stopped(_ setUp: SetUp, _ act: () async throws -> Void) async throws {
            let answer = try await setUp.brokers.control(setUp.node.name, "eval", "os:getpid().")
            let process = try #require(pid_t(answer.filter(\.isNumber)))
            try #require(kill(process, SIGSTOP) == 0)
            do { try await act() } catch {
                kill(process, SIGCONT)
                throw error
            }
            kill(process, SIGCONT)
        }

        private func shownPage(_ setUp: SetUp) async throws -> String {
            guard let socket = try await Socket.connect(port: setUp.page.port) else {
                throw ScenarioError("\(setUp.page.address) refuses")
            }
            try await socket.write(Array("GET /stats HTTP/1.0\r\n\r\n".utf8))
            return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
        }

        private func connections(_ setUp: SetUp) async throws -> Int {
            try await setUp.brokers.control(setUp.node.name, "list_connections", "pid").split(separator: "\n").count
        }
    }
}
