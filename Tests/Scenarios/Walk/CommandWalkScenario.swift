import Certificates
import Foundation
import Testing

extension Scenarios {
    /// The stats socket's commands, one after the other, as section 9.3 of HAProxy's management guide has them: each right, with
    /// words missing, wrong or too many, and at every level.
    @Suite("Every command of the guide, beside HAProxy")
    struct CommandWalk {
        private static let file = """
            global
                stats socket STATS level admin
                stats socket FOLDER/other.sock level operator
                maxconn 1000
                max-spread-checks 100ms
                log LOG local0
                set-var proc.walked int(42)
                set-var-fmt proc.text "a%[var(proc.none)]b %[var(proc.walked),add(1)]%%"
            defaults
                mode tcp
                maxconn 100
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            resolvers dns
                nameserver ns1 127.0.0.1:53
            frontend fe
                bind PORT
                option socket-stats
                acl known src -f FOLDER/list.txt
                acl local src 127.0.0.2 10.0.0.0/8
                tcp-request connection track-sc0 src table tab
                tcp-request connection reject if known
                use_backend be2 if local
                default_backend be
            frontend fe2
                bind FOLDER/fe2.sock
                maxconn 50
                default_backend be2
            frontend secure
                bind FOLDER/secure1.sock ssl crt FOLDER/certs
                bind FOLDER/secure2.sock ssl crt-list FOLDER/crtlist
                bind FOLDER/secure3.sock ssl crt-list FOLDER/crtlist crt FOLDER/certs/a.pem
                default_backend be
            backend be
                balance roundrobin
                server s1 SERVER0 check inter 1h
                server s2 SERVER1 check inter 1h weight 5 maxconn 10 maxqueue 4
                server s3 SERVER0 backup
                server s4 SERVER0 check inter 1h agent-check agent-port 1 agent-inter 1h
                server s5 SERVER0 disabled
                server s6 SERVER0 track be/s1
            backend be2
                balance leastconn
                server t1 SERVER0 weight 10
                server t2 SERVER0 weight 256 maxconn 3
                server t3 SERVER0 ssl verify none
            backend tab
                stick-table type ip size 100 expire 1h store gpc0,gpc0_rate(10s),conn_cnt,conn_cur,conn_rate(10s),sess_cnt,bytes_in_cnt
            backend tabs
                stick-table type string len 16 size 100 store gpc0
            backend tabi
                stick-table type integer size 100 expire 10s store gpc0
            backend off
                disabled
                server x1 SERVER0 weight 7
            listen li
                bind FOLDER/li.sock
                disabled
                server y1 SERVER0

            """

        private func begin() async throws -> BesideHAProxy? {
            let folder = try CertificateFolder()
            for name in ["a", "b", "c", "one"] { try folder.make(name, hosts: ["\(name).test"]) }
            return try await BesideHAProxy(Self.file, servers: 2) { side, _ in
                _ = try side.directory("certs")
                for name in ["certs/a", "certs/b", "one", "c"] {
                    let certificate = String(name.split(separator: "/").last ?? "")
                    let text = String(decoding: try folder.contents("\(certificate).pem"), as: UTF8.self)
                    try side.write(text, to: "\(name).pem")
                }
                try side.write("192.0.2.1\n192.0.2.0/28\n198.51.100.7\n", to: "list.txt")
                try side.write(
                    """
                    # names and settings
                    \(side.path)/one.pem !not.test *.test
                    \(side.path)/certs/b.pem [verify none ssl-min-ver TLSv1.2] Two.Test

                    \(side.path)/one.pem []

                    """, to: "crtlist")
            }
        }

        /// What a side says to a command, in which `FOLDER` stands for its own folder, and `PEM(NAME)` for a file's text there.
        private func answer(to command: String, of side: BesideHAProxy.Side) async throws -> [String] {
            var command = command.replacing("FOLDER", with: side.folder.path).replacing("\\n", with: "\n")
            while let found = command.firstMatch(of: #/PEM\((\w+)\)/#) {
                let text = try String(contentsOfFile: "\(side.folder.path)/\(found.1).pem", encoding: .utf8)
                command.replaceSubrange(found.range, with: text.split(separator: "\n").joined(separator: "\n") + "\n")
            }
            return try await side.ask(command).replacing(side.folder.path, with: "FOLDER")
                .replacing("127.0.0.1:\(side.stats.port)", with: "STATS")
                .replacing("127.0.0.1:\(side.port.port)", with: "PORT")
                .replacing(#/\[\d\d/\w{3}/\d{4}:[\d:.]+\]/#, with: "[DATE]")
                .replacing(#/\b0x[0-9a-f]+/#, with: "0x…").replacing(#/exp=\d+/#, with: "exp=…")
                .split(separator: "\n", omittingEmptySubsequences: false)
                .map { line in
                    let columns = line.split(separator: " ")
                    // For how long a server has been what it is, and what nobody but a check would know.
                    guard columns.count == 25, columns[0].allSatisfy(\.isNumber) else { return String(line) }
                    return (columns[..<9] + columns[10..<11] + columns[15...]).joined(separator: " ")
                }
        }

        /// Says commands to both, one a line.
        private func walk(_ table: CommandTableOfWalk, _ both: BesideHAProxy) async throws {
            for command in table.commands {
                let theirs = table.comparable(try await answer(to: command, of: both.haproxy))
                let ours = table.comparable(try await answer(to: command, of: both.own))
                if let reason = table.differing[command] {
                    #expect(ours != theirs, "\(command) is no different any more: \(reason)")
                } else {
                    expectSame(ours, theirs, after: command)
                }
            }
        }

        /// Expects the same lines, and shows only those that differ.
        private func expectSame(_ ours: [String], _ theirs: [String], after command: String) {
            let difference = ours.difference(from: theirs).map { change in
                switch change {
                case .remove(_, let line, _): "- \(line)"
                case .insert(_, let line, _): "+ \(line)"
                }
            }
            #expect(difference.isEmpty, "\(command)")
        }

        @Test(
            "every command, right and wrong, is answered as by HAProxy",
            .enabled(if: CertificateFolder.isAvailable && MonitoredPair.isInstalled),
            arguments: CommandTableOfWalk.all)
        func commands(table: CommandTableOfWalk) async throws {
            guard let both = try await begin() else { return }
            try await eventually("the first checks have ended") {
                let columns = ["check_status", "agent_status"]
                let rows = try await [both.haproxy.statistics(columns), both.own.statistics(columns)]
                return rows.allSatisfy { rows in
                    rows.count { $0.contains("L4OK") } == 3 && rows.contains { $0.contains("agent_status=L4CON") }
                }
            }
            try await walk(table, both)
            try await both.stop()
        }

        @Test(
            "a client of any kind gets its answer: in pieces, half-closed at once, with a prompt, in a chain",
            .enabled(if: CertificateFolder.isAvailable && MonitoredPair.isInstalled))
        func manners() async throws {
            guard let both = try await begin() else { return }
            let streams: [[String]] = [
                ["show cli ", "level\n"], ["show cli level;show cli sockets\n"], ["show cli level\r\n"],
                ["prompt\n", "show cli level\n", "quit\n"], ["prompt\nshow cli level\n\nquit\n"],
                ["prompt\nset timeout cli <<\n", "x\n", "\n", "quit\n"], ["show cli level", ";\n"], ["\n"], [";;;\n"],
                ["show cli level\nshow cli level\n"], ["prompt;", "user;", "show env\n", "quit\n"],
                ["quit\nshow cli level\n"],
                [String(repeating: "show cli level;", count: 200) + "\n"],
            ]
            for stream in streams {
                var answers: [[String]] = []
                for side in [both.haproxy, both.own] {
                    guard let socket = try await Socket.connect(port: side.stats.port) else {
                        throw ScenarioError("no stats socket")
                    }
                    for piece in stream { try await socket.write(Array(piece.utf8)) }
                    socket.finishWriting()
                    let answer = String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
                        .replacing(side.folder.path, with: "FOLDER").replacing("\(side.stats.port)", with: "STATS")
                    answers.append(
                        CommandTableOfWalk.conversation.comparable(
                            answer.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
                }
                expectSame(answers[1], answers[0], after: stream.joined())
            }
            try await both.stop()
        }
    }
}
