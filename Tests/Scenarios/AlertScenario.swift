import Foundation
import Testing

extension Scenarios {
    @Suite("Alerts")
    struct Alerts {
        /// An instance with one server that is checked often, and a file of alerts beside it.
        private func supervisor(
            in directory: TemporaryDirectory, _ bind: HeldPort, _ server: FakeServer, _ receiver: WebhookReceiver
        ) throws -> Supervisor {
            let supervisor = try Supervisor(in: directory)
            let line = "app \(server.address.address) check inter 100ms fastinter 100ms downinter 100ms rise 2 fall 2"
            try supervisor.configure("shop", PlainInstance(name: "front", bind: bind, servers: [line]).text)
            let script = try directory.write(
                "#!/bin/sh\necho \"$SUPERVISE_EVENT $SUPERVISE_SERVERS\" >> \(directory.path)/paged\n", to: "page.sh")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
            try """
            retention: {samples: 24h}
            alerts:
              - name: ops
                on: [incident-opened, incident-closed, transition]
                webhook: {url: "\(receiver.url)"}
              - name: pager
                on: incident-opened
                command: {run: \(script)}

            """.write(toFile: "\(supervisor.instances)/supervise.yaml", atomically: true, encoding: .utf8)
            return supervisor
        }

        @Test(
            "an outage is told once at its beginning and once at its end, though supervisor and receiver fail meanwhile"
        )
        func outage() async throws {
            let directory = try TemporaryDirectory()
            let (bind, server, receiver) = (
                try HeldPort(), try FakeServer(serve: FakeServer.echo), try WebhookReceiver()
            )
            let supervisor = try supervisor(in: directory, bind, server, receiver)
            let first = try await supervisor.up(listeningOn: [bind])
            try await hasChanged(supervisor, times: 1)
            receiver.beInTrouble(true)
            server.stopListening()
            try await eventually("the alert was tried", within: .seconds(20)) { receiver.attempts > 0 }
            try await eventually("the failure is an event", within: .seconds(20), every: .milliseconds(100)) {
                try await supervisor.json(EventLine.self, "events").contains {
                    $0.event == "ALERT_FAILED" && $0.detail?.contains("503 Service Unavailable") == true
                }
            }
            // A message of which nobody knows whether it arrived is told again: the pager's is known to have.
            try await eventually("the pager's message is no longer on its way", within: .seconds(20)) {
                let kept = try String(contentsOfFile: "\(supervisor.state)/alerts.json", encoding: .utf8)
                return FileManager.default.fileExists(atPath: "\(directory.path)/paged")
                    && !kept.contains("\"alert\":\"pager\"")
            }
            kill(first.processID, SIGKILL)
            try await eventually("it has ended") { !first.isRunning }
            #expect(receiver.accepted == [])

            receiver.beInTrouble(false)
            let second = try await supervisor.up(listeningOn: [bind])
            try await eventually("the message arrives", within: .seconds(20)) { receiver.accepted.count == 1 }
            // It is down still: the same outage for the second supervisor.
            try await hasChanged(supervisor, times: 3)
            try server.listen()
            try await eventually("the end is told", within: .seconds(20)) { receiver.accepted.count == 2 }
            kill(second.processID, SIGTERM)
            try await eventually("it has ended", within: .seconds(20)) { !second.isRunning }

            let third = try await supervisor.up(listeningOn: [bind])
            try await hasChanged(supervisor, times: 6)
            kill(third.processID, SIGTERM)
            try await eventually("it has ended", within: .seconds(20)) { !third.isRunning }
            #expect(receiver.accepted.map { $0["event"] } == ["incident-opened", "incident-closed"])
            #expect(receiver.accepted[0]["incident"] == receiver.accepted[1]["incident"])
            #expect(receiver.accepted[0]["detail"] == "Connection refused")
            let paged = try String(contentsOfFile: "\(directory.path)/paged", encoding: .utf8)
            #expect(paged == "incident-opened app\n")
            withExtendedLifetime((server, receiver)) {}
        }

        /// Waits until the history has so many transitions.
        private func hasChanged(_ supervisor: Supervisor, times: Int) async throws {
            try await eventually("\(times) transitions", within: .seconds(20), every: .milliseconds(100)) {
                try await supervisor.json(HistoryLine.self, "history").count >= times
            }
        }

        @Test("supervise.yaml is read anew with all other files, and one with a mistake changes nothing")
        func readAnew() async throws {
            let directory = try TemporaryDirectory()
            let (bind, server, first, second) = (
                try HeldPort(), try FakeServer(serve: FakeServer.echo), try WebhookReceiver(), try WebhookReceiver()
            )
            let supervisor = try supervisor(in: directory, bind, server, first)
            let process = try await supervisor.up(listeningOn: [bind])
            try await hasChanged(supervisor, times: 1)
            let path = "\(supervisor.instances)/supervise.yaml"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("on: incident-opened", with: "on: outage").write(
                toFile: path, atomically: true, encoding: .utf8)
            let refused = try await supervisor.run("reload", "--all", "--reason", "new pager")
            #expect(refused.status == .code(2))
            #expect(refused.errorOutput.contains("error: nothing is called 'outage'"))
            #expect(refused.errorOutput.contains("shop: reloaded"), "the instances are read all the same")

            let other = text.replacing(first.url, with: second.url).replacing("samples: 24h", with: "samples: 36h")
            try other.write(toFile: path, atomically: true, encoding: .utf8)
            let words = ["retention: samples 1d -> 36h", "alert 'ops' changed"]
            let planned = try await supervisor.run("reload", "--all", "--dry-run")
            #expect(planned.output.hasPrefix("supervise.yaml:\n  \(words[0])\n  \(words[1])\n"))
            kill(process.processID, SIGHUP)
            try await eventually("the new settings hold", within: .seconds(20), every: .milliseconds(100)) {
                try await supervisor.json(EventLine.self, "events").contains {
                    $0.event == "RELOADED" && $0.detail == "supervise.yaml: \(words.joined(separator: "; "))"
                }
            }
            server.stopListening()
            try await eventually("the other receiver is told", within: .seconds(20)) { second.accepted.count == 1 }
            #expect(first.attempts == 0)
            let events = try await supervisor.json(EventLine.self, "events").filter { $0.instance == nil }
            let refusal = try #require(events.first { $0.event == "RELOAD_REFUSED" })
            #expect(refusal.detail?.hasSuffix(": error: nothing is called 'outage'") == true)
            let again = try await supervisor.run("reload", "--all")
            #expect(again.status == .code(0) && !again.errorOutput.contains("supervise.yaml"))
            try await process.stop()
            withExtendedLifetime((server, first, second)) {}
        }

        @Test("'check' tells of a mistake in the alerts with its place, and 'up' does not start")
        func mistake() async throws {
            let directory = try TemporaryDirectory()
            let (bind, server, receiver) = (
                try HeldPort(), try FakeServer(serve: FakeServer.echo), try WebhookReceiver()
            )
            let supervisor = try supervisor(in: directory, bind, server, receiver)
            let path = "\(supervisor.instances)/supervise.yaml"
            try "alerts:\n  - name: ops\n    on: outage\n    webhook: {url: \"\(receiver.url)\"}\n"
                .write(toFile: path, atomically: true, encoding: .utf8)
            let checked = try await supervisor.run("check", "\(supervisor.instances)/shop.cfg", path)
            #expect(checked.status == .code(2))
            #expect(checked.output.contains("\(path):3:9: error: nothing is called 'outage'\n  3 |     on: outage\n"))
            let process = try supervisor.start()
            try await eventually("it ends", within: .seconds(20)) { process.exitStatus == .code(2) }
            #expect(process.errorOutput.contains("error: nothing is called 'outage'"))
            #expect(process.errorOutput.contains("2 files, 1 error"))
        }
    }
}
