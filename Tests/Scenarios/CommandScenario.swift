import Foundation
import Testing

extension Scenarios {
    @Suite("Commands of the stats socket")
    struct Commands {
        /// Asks a side's stats socket as scripts do.
        private func say(_ command: String, to side: MonitoredPair.Side) async throws -> String {
            guard let socket = try Socket.connect(path: side.socketPath) else {
                throw ScenarioError("\(side.socketPath) refuses")
            }
            try await socket.write(Array((command + "\n").utf8))
            socket.finishWriting()
            return String(decoding: try await socket.readToEnd().bytes, as: UTF8.self)
        }

        /// An answer without what depends on the moment or on the side.
        private func comparable(_ answer: String, of side: MonitoredPair.Side) -> [String] {
            answer.replacing(side.sessions.address, with: "SESSIONS")
                .replacing(side.statistics.address, with: "STATISTICS")
                .replacing(side.socketPath, with: "SOCKET")
                .replacing(#/\[\d\d/\w{3}/\d{4}:[\d:.]+\]/#, with: "[DATE]")
                .replacing(#/^0x[0-9a-f]+:/#.anchorsMatchLineEndings(), with: "ID:")
                .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }

        @Test(
            "commands are answered as HAProxy answers them, byte for byte",
            .enabled(if: MonitoredPair.isInstalled))
        func sameAnswers() async throws {
            let pair = try await MonitoredPair()
            for command in [
                "show cli level", "show cli sockets", "show backend", "show schema json", "show servers conn nope",
                "show servers state nope", "show errors", "show errors nope", "show map", "show map #0",
                "show env PATH", "show env NO_SUCH_VARIABLE", "show resolvers nope", "show sess 0x1", "help quit",
                "operator;show cli level;user;show cli level;operator;show env PATH;expert-mode;show sess",
                "expert-mode;expert-mode on;expert-mode;experimental-mode on;experimental-mode",
                "set timeout;set timeout x;set timeout cli;set timeout cli x;set timeout cli 0;set timeout cli 20",
                "set severity-output x;set severity-output number;show cli level;set timeout cli x;show backend",
                "prompt;show cli level;prompt;show cli level", "prompt\nshow backend <<\nany\n\nquit", "quit",
                "show backend <<\nx\n\nshow cli level", "show stat nope 1 1", "show stat 99 4 -1 json",
                "show stat 99 4 -1 typed", " show   cli\\ level", "show backend;",
            ] {
                let theirs = comparable(try await say(command, to: pair.theirs), of: pair.theirs)
                let ours = comparable(try await say(command, to: pair.ours), of: pair.ours)
                // Which commands are proposed depends on which there are; the first line doesn't.
                let isUnknown = theirs.contains { $0.hasPrefix("Unknown command") }
                #expect(isUnknown ? ours.first == theirs.first : ours == theirs, "\(command)")
            }
            try await pair.stop()
        }

        @Test(
            "statistics and server states are HAProxy's in every format, field by field",
            .enabled(if: MonitoredPair.isInstalled))
        func sameStatistics() async throws {
            let pair = try await MonitoredPair()
            for side in [pair.theirs, pair.ours] {
                for text in ["one", "two", "three"] { try await side.exchange(text) }
                try await eventually("all is counted") { try await side.rows()["fe/FRONTEND"]?["bin"] == "11" }
            }
            for command in [
                "show stat fe 3 -1 typed desc", "show stat be 7 -1 typed desc", "show stat be 4 1",
                "show stat be 4 -1 up", "show stat be 7 -1 no-maint json", "show servers state",
                "show servers state be", "show servers conn be",
            ] {
                let difference = try await difference(command, pair)
                #expect(difference.isEmpty, "\(command)")
            }
            let theirs = try await say("show info typed desc", to: pair.theirs)
            let ours = try await say("show info typed desc", to: pair.ours)
            let shape = { (line: Substring) in line.replacing(#/^([^:]*:[^:]*:[^:]*):.*:"/#, with: { "\($0.1):" }) }
            #expect(ours.split(separator: "\n").map(shape) == theirs.split(separator: "\n").map(shape))
            try await pair.stop()
        }

        /// How the answers to a command differ, as soon as checks and sessions under way have ended.
        private func difference(
            _ command: String, _ pair: MonitoredPair
        ) async throws -> [CollectionDifference<String>.Change] {
            let deadline = ContinuousClock.now + .seconds(20)
            while true {
                let theirs = fields(comparable(try await say(command, to: pair.theirs), of: pair.theirs))
                let ours = fields(comparable(try await say(command, to: pair.ours), of: pair.ours))
                let difference = Array(ours.difference(from: theirs))
                if difference.isEmpty || ContinuousClock.now > deadline { return difference }
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        /// Lines without values that depend on the moment.
        private func fields(_ lines: [String]) -> [String] {
            let momentary =
                #/\.(?:\w*time|\w*time_max|lastchg|lastsess|rate|rate_max|conn_rate\w*|check_status|\w+duration)\./#
            return lines.filter { $0.firstMatch(of: momentary) == nil }.map { line in
                if line.hasPrefix("[[") { return line.replacing(#/"value":-?\d+/#, with: "\"value\":N") }
                if line.hasPrefix("be,") { return line.replacing(#/\d+/#, with: "N") }
                // Which moment a check is at, and how many columns there are for threads.
                let columns = line.split(separator: " ")
                if columns.count == 25, columns[1] == "be" {
                    return (columns[..<9] + columns[10..<11] + columns[14...]).joined(separator: " ")
                }
                if line.hasPrefix("# bkname") { return line.replacing(#/\[\d+\]/#, with: "") }
                if line.hasPrefix("be/") { return columns[..<6].joined(separator: " ") }
                return line
            }
        }

        @Test(
            "sessions are listed, found by their names and gone when they end", .enabled(if: MonitoredPair.isInstalled))
        func sessions() async throws {
            let pair = try await MonitoredPair()
            for side in [pair.theirs, pair.ours] {
                guard let client = try await Socket.connect(port: side.sessions.port) else {
                    throw ScenarioError("\(side.sessions.address) refuses")
                }
                try await client.write(Array("hello".utf8))
                _ = try await client.read(exactly: 5)
                let list = try await say("show sess", to: side).split(separator: "\n").filter { $0.contains("fe=fe") }
                let line = try #require(list.first)
                #expect(list.count == 1)
                #expect(
                    line.wholeMatch(
                        of:
                            #/0x[0-9a-f]+: proto=tcpv4 src=127.0.0.1:\d+ fe=fe be=be srv=s1 ts=00 epoch=\w+ age=\d+s calls=\d+ rate=\d+ cpu=\d+ lat=\d+ rq\[f=\w+h,i=0,an=00h,rx=(?:19|20)s,wx=,ax=\] rp\[f=\w+h,i=0,an=00h,rx=(?:19|20)s,wx=,ax=\] scf=\[8,0h,fd=\d+\] scb=\[8,1h,fd=\d+\] exp=\d*s? rc=0 c_exp=/#
                    ) != nil, "\(line)")
                let name = String(line.prefix { $0 != ":" })
                let details = try await say("show sess \(name)", to: side)
                #expect(details.hasPrefix("\(name): ["))
                #expect(details.contains("\n  frontend=fe (id=2 mode=tcp), listener="))
                #expect(details.contains("\n  backend=be (id=3 mode=tcp)"))
                #expect(details.contains("\n  server=s1 (id=1) addr="))
                client.finishWriting()
                _ = try await client.readToEnd()
                // Whoever asks has a session, too, which HAProxy may give the place in its memory that is its name.
                try await eventually("the session is gone") {
                    let answer = try await say("show sess \(name)", to: side)
                    return answer == "Session not found.\n\n" || answer.contains("frontend=GLOBAL ")
                }
            }
            #expect(try await say("show sess 0x1", to: pair.ours) == "Session not found.\n\n")
            try await pair.stop()
        }

        @Test(
            "malformed commands are refused, and long ones end their connection",
            .enabled(if: MonitoredPair.isInstalled))
        func malformed() async throws {
            let pair = try await MonitoredPair()
            for command in [
                String(repeating: "a", count: 1_000_000), String(repeating: "x ", count: 400_000),
                "show stat <<\n" + String(repeating: "line\n", count: 100_000),
                "prompt\n" + String(repeating: ";", count: 500),
                "\u{0}\u{1}\u{ff}", "show sess 0x\(String(repeating: "f", count: 1000))", "show stat -1 -1 -1 -1",
            ] {
                // Whoever writes on after the end is told so by the system.
                _ = try? await say(command, to: pair.ours)
            }
            #expect(try await say("show cli level", to: pair.ours) == "admin\n\n")
            #expect(pair.ours.process.exitStatus == nil)
            try await pair.stop()
        }

        @Test(
            "scripts with socat read what they have always read",
            .enabled(
                if: MonitoredPair.isInstalled
                    && Requirement.isMet(
                        FileManager.default.isExecutableFile(atPath: "/usr/bin/socat"), "socat (Debian: socat)")
            ))
        func socat() async throws {
            let pair = try await MonitoredPair()
            let script = """
                echo 'show stat' | socat - "$0" | cut -d , -f 1,2,18 | grep '^be,'
                echo 'show info;show stat' | socat stdio "$0" | grep -c '^$'
                printf 'prompt\\nshow backend\\nquit\\n' | socat - "UNIX-CONNECT:$0"
                echo 'show servers state be' | socat - "$0" | awk 'NR > 2 && NF { print $4, $6 }'
                echo 'show sess' | socat - "$0" | grep -c 'fe=fe' || true
                """
            var outputs: [String] = []
            for side in [pair.theirs, pair.ours] {
                let finished = try await Finished(["sh", "-c", script, side.socketPath])
                #expect(finished.errorOutput == "")
                outputs.append(finished.output)
            }
            #expect(outputs[1] == outputs[0])
            #expect(outputs[1].hasPrefix("be,s1,UP\nbe,s2,DOWN\nbe,s3,no check\nbe,BACKEND,UP\n2\n"))
            try await pair.stop()
        }

        @Test("a thousand silent clients cost little, and traffic goes on", .enabled(if: MonitoredPair.isInstalled))
        func silentClients() async throws {
            let pair = try await MonitoredPair()
            var silent: [Socket] = []
            for _ in 0..<1_000 {
                // The backlog's end, where further ones wait or are refused, is as good.
                guard let socket = try? Socket.connect(path: pair.ours.socketPath) else { break }
                silent.append(socket)
            }
            #expect(silent.count >= 100)
            try await pair.ours.exchange("still here")
            try await eventually("it is counted") { try await pair.ours.rows()["fe/FRONTEND"]?["bin"] == "10" }
            withExtendedLifetime(silent) {}
            try await pair.stop()
        }
    }
}
