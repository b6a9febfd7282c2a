import Foundation
import Testing

extension Scenarios {
    @Suite("Stick tables shared with peers")
    struct SharedTables {
        @Test(
            "what HAProxy counts and remembers is known here, and the other way round, and clients stay where they were",
            arguments: [1, 3])
        func bothWays(threads: Int) async throws {
            guard let both = try await PeerPair(threads: threads) else { return }
            try await both.start(.haproxy)
            try await both.start(.own)
            try await both.awaitMeeting()
            #expect(
                try await both.ask(.haproxy, "set table l key 192.0.2.1 data.gpc0 7 data.gpt0 9 data.server_id 2")
                    == "\n")
            #expect(
                try await both.ask(
                    .own, "set table l key 192.0.2.2 data.gpc0 300 data.gpt0 70000 data.bytes_in_cnt 5000000000")
                    == "\n")
            try await both.awaitEntry("192.0.2.1", at: .own, ["gpc0": "7", "gpt0": "9", "server_id": "2"])
            try await both.awaitEntry(
                "192.0.2.2", at: .haproxy, ["gpc0": "300", "gpt0": "70000", "bytes_in_cnt": "5000000000"])

            // A client of the one goes to the same server at the other, whoever saw it first.
            let server = try await both.server(of: .haproxy)
            try await both.awaitSettled(.haproxy, with: .own)
            try await both.awaitEntry(
                "127.0.0.1", at: .own, ["server_key": "s\(server)", "conn_cnt": "1", "conn_cur": "0"])
            for _ in 0..<3 { #expect(try await both.server(of: .own) == server) }
            try await both.awaitSettled(.own, with: .haproxy)
            try await both.awaitEntry("127.0.0.1", at: .haproxy, ["server_key": "s\(server)", "conn_cnt": "4"])
            #expect(try await both.server(of: .haproxy) == server)
            let other = try await both.server(of: .own, from: "127.0.0.2")
            try await both.awaitSettled(.own, with: .haproxy)
            try await both.awaitEntry("127.0.0.2", at: .haproxy, ["server_key": "s\(other)", "sess_cnt": "1"])
            try await both.awaitEntry("7f000002", of: "bytes", at: .haproxy, ["conn_cnt": "1"])
            #expect(try await both.server(of: .haproxy, from: "127.0.0.2") == other)
            _ = try await both.server(of: .haproxy, from: "127.0.0.3")
            try await both.awaitEntry("7f000003", of: "bytes", at: .own, ["conn_cnt": "1"])
            // Whichever thread has a client.
            for _ in 0..<30 { _ = try await both.server(of: .own, from: "127.0.0.4") }
            try await both.awaitEntry("127.0.0.4", at: .haproxy, ["conn_cnt": "30", "sess_cnt": "30"])

            for (table, key) in [
                ("shared/own", "hello"), ("texts", "hello"), ("numbers", "77"), ("sixes", "2001:db8::1"),
            ] {
                #expect(try await both.ask(.haproxy, "set table \(table) key \(key) data.gpc0 5") == "\n")
                try await both.awaitEntry(key, of: table, at: .own, ["gpc0": "5"])
                #expect(try await both.ask(.own, "set table \(table) key \(key) data.gpc0 6") == "\n")
                try await both.awaitEntry(key, of: table, at: .haproxy, ["gpc0": "6"])
            }
            try await both.stop()
        }

        @Test("whoever comes later is told everything, also more than one message holds", arguments: [true, false])
        func lateComer(isHAProxy: Bool) async throws {
            guard let both = try await PeerPair() else { return }
            let (first, second): (PeerPair.Name, PeerPair.Name) = isHAProxy ? (.own, .haproxy) : (.haproxy, .own)
            try await both.start(first)
            let commands = (0..<2_000).map { "set table l key 10.0.\($0 / 250).\($0 % 250) data.gpc0 \($0)" }
            for start in stride(from: 0, to: commands.count, by: 100) {
                _ = try await both.ask(first, commands[start..<(start + 100)].joined(separator: ";"))
            }
            try await both.start(second)
            try await eventually("the last entry") { try await both.used(of: second) == 2_000 }
            for number in [0, 999, 1_999] {
                try await both.awaitEntry("10.0.\(number / 250).\(number % 250)", at: second, ["gpc0": "\(number)"])
            }
            // What is left of an entry's time has come with it.
            let left = try #require(Int(try await both.entry("10.0.0.0", at: second)?["exp"] ?? ""))
            let original = try #require(Int(try await both.entry("10.0.0.0", at: first)?["exp"] ?? ""))
            #expect(abs(left - original) < 30_000)
            try await both.stop()
        }

        @Test(
            "after a peer was killed it is found again, and what changed meanwhile is told", arguments: [true, false])
        func killed(isHAProxy: Bool) async throws {
            guard let both = try await PeerPair() else { return }
            let (lasting, killed): (PeerPair.Name, PeerPair.Name) = isHAProxy ? (.own, .haproxy) : (.haproxy, .own)
            try await both.start(.haproxy)
            try await both.start(.own)
            try await both.awaitMeeting()
            #expect(try await both.ask(lasting, "set table l key 192.0.2.1 data.gpc0 1") == "\n")
            try await both.awaitEntry("192.0.2.1", at: killed, ["gpc0": "1"])
            try await both.kill(killed)
            #expect(try await both.ask(lasting, "set table l key 192.0.2.1 data.gpc0 2") == "\n")
            #expect(try await both.ask(lasting, "set table l key 192.0.2.2 data.gpc0 3") == "\n")
            try await both.start(killed)
            try await both.awaitEntry("192.0.2.1", at: killed, ["gpc0": "2"])
            try await both.awaitEntry("192.0.2.2", at: killed, ["gpc0": "3"])
            #expect(try await both.ask(killed, "set table l key 192.0.2.3 data.gpc0 4") == "\n")
            try await both.awaitEntry("192.0.2.3", at: lasting, ["gpc0": "4"])
            try await both.stop()
        }

        @Test("a peer that says nonsense is left, and nothing else suffers")
        func nonsense() async throws {
            guard let both = try await PeerPair() else { return }
            try await both.start(.own)
            var random = SystemRandomNumberGenerator()
            for length in [0, 1, 2, 7, 64, 1_000, 40_000] {
                guard let socket = try await Socket.connect(port: both.peerPort(.own)) else {
                    throw ScenarioError("nobody listens for peers")
                }
                let hello = length % 2 == 0 ? Array("HAProxyS 2.1\nown\nhaproxy 1 1\n".utf8) : []
                try await socket.write(hello + (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
                socket.finishWriting()
                _ = try await socket.readToEnd()
            }
            try await both.start(.haproxy)
            #expect(try await both.ask(.haproxy, "set table l key 192.0.2.1 data.gpc0 7") == "\n")
            try await both.awaitEntry("192.0.2.1", at: .own, ["gpc0": "7"])
            _ = try await both.server(of: .own)
            try await both.stop()
        }

        @Test("a reload with a new worker, and a restart, lose nothing and find the peer again")
        func reload() async throws {
            guard let both = try await PeerPair() else { return }
            try await both.start(.haproxy)
            let supervisor = try await both.supervise()
            try await both.awaitMeeting()
            for (number, order) in ["reload", "restart"].enumerated() {
                #expect(try await both.ask(.haproxy, "set table l key 192.0.2.1 data.gpc0 1\(number)") == "\n")
                try await both.awaitEntry("192.0.2.1", at: .own, ["gpc0": "1\(number)"])
                try both.change(supervisor, tag: "tag\(number)")
                try await supervisor.run(order, "main").requireSuccess(order)
                #expect(try await both.entry("192.0.2.1", at: .own)?["gpc0"] == "1\(number)", "after \(order)")
                #expect(try await both.ask(.haproxy, "set table l key 192.0.2.2 data.gpc0 2\(number)") == "\n")
                try await both.awaitEntry("192.0.2.2", at: .own, ["gpc0": "2\(number)"])
                #expect(try await both.ask(.own, "set table l key 192.0.2.3 data.gpc0 3\(number)") == "\n")
                try await both.awaitEntry("192.0.2.3", at: .haproxy, ["gpc0": "3\(number)"])
            }
            try await supervisor.run("down").requireSuccess("down")
            try await both.stop()
        }

        @Test("two of this program share as well, and one that begins anew learns from the other")
        func twoOfThisProgram() async throws {
            guard let both = try await PeerPair() else { return }
            try await both.start(.own)
            try await both.start(.second)
            try await both.awaitMeeting(.own, .second)
            #expect(try await both.ask(.second, "set table l key 192.0.2.1 data.gpc0 7") == "\n")
            try await both.awaitEntry("192.0.2.1", at: .own, ["gpc0": "7"])
            try await both.kill(.own)
            try await both.start(.own)
            #expect(try await both.ask(.second, "set table l key 192.0.2.2 data.gpc0 8") == "\n")
            try await both.awaitEntry("192.0.2.2", at: .own, ["gpc0": "8"])
            try await both.awaitEntry("192.0.2.1", at: .own, ["gpc0": "7"])
            try await both.stop()
        }
    }
}
