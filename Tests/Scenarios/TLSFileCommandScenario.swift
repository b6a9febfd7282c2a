import Certificates
import Foundation
import Testing

extension Scenarios {
    @Suite("Files for TLS that commands replace, beside HAProxy", .enabled(if: CertificateFolder.isAvailable))
    struct TLSFileCommands {
        private static func file(_ folder: String) -> String {
            """
            global
                stats socket STATS level admin
                maxconn 1000
            defaults
                mode tcp
                maxconn 500
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT ssl crt-list \(folder)/list ca-file \(folder)/authority.crt verify optional crl-file \(folder)/none tls-ticket-keys \(folder)/keys
                server s1 SERVER0
            listen m
                bind FOLDER/m.sock ssl crt \(folder)/two.pem
                server s1 SERVER0 ssl verify required ca-file \(folder)/authority.crt crl-file \(folder)/none crt \(folder)/client.pem

            """
        }

        private func folder() throws -> CertificateFolder {
            let folder = try CertificateFolder()
            try folder.makeAuthority("authority")
            try folder.makeAuthority("stranger")
            for name in ["one", "two", "client"] { try folder.make(name, hosts: ["\(name).test"], by: "authority") }
            try folder.makeRevocations("none", of: "authority")
            try folder.makeRevocations("some", of: "authority", revoking: "client")
            for name in ["one", "two"] {
                let parts = try ["\(name).crt", "authority.crt", "\(name).key"].map { try folder.contents($0) }
                try folder.write(parts.flatMap(\.self), to: "\(name).pem")
            }
            try folder.makeResponse("one.pem.ocsp", about: "one", by: "authority", days: 5)
            try folder.makeResponse("next", about: "one", by: "authority", days: 7)
            try folder.makeResponse("other", about: "two", by: "authority", days: 6)
            let keys = (1...4).map { Data(repeating: $0, count: 48).base64EncodedString() }
            try folder.write(Array((keys.prefix(3).joined(separator: "\n") + "\n").utf8), to: "keys")
            try folder.write(Array("\(folder.path("one.pem")) one.test\n".utf8), to: "list")
            return folder
        }

        /// What is said about lists of revoked certificates, or about authorities with `ca-file` in the place of `crl-file`.
        private static func changes(_ word: String, first: String, second: String, file: String) -> String {
            """
            show ssl WORD
            show ssl WORD FILE
            show ssl WORD FILE:1
            show ssl WORD FILE:2
            show ssl WORD FILE:0
            show ssl WORD FILE:x
            show ssl WORD nope
            show ssl WORD *FILE
            set ssl WORD
            set ssl WORD FILE
            set ssl WORD nope <<\\nPEM(FIRST)
            set ssl WORD FILE <<\\nfoo\\n
            commit ssl WORD
            commit ssl WORD FILE
            abort ssl WORD
            abort ssl WORD FILE
            set ssl WORD FILE <<\\nPEM(FIRST)
            show ssl WORD
            show ssl WORD *FILE
            set ssl WORD FILE <<\\nPEM(SECOND)
            set ssl WORD other <<\\nPEM(FIRST)
            commit ssl WORD other
            abort ssl WORD other
            abort ssl WORD FILE
            set severity-output number;set ssl WORD FILE <<\\nPEM(FIRST)
            commit ssl WORD FILE
            show ssl WORD FILE
            new ssl WORD
            new ssl WORD new.pem
            new ssl WORD new.pem
            new ssl WORD FILE
            show ssl WORD
            show ssl WORD new.pem
            commit ssl WORD new.pem
            set ssl WORD new.pem <<\\nPEM(FIRST)
            del ssl WORD new.pem
            commit ssl WORD new.pem
            show ssl WORD
            show ssl WORD new.pem
            del ssl WORD new.pem
            del ssl WORD new.pem
            del ssl WORD FILE
            del ssl WORD
            operator;set ssl WORD x
            operator;new ssl WORD x
            operator;commit ssl WORD x
            operator;abort ssl WORD x
            operator;del ssl WORD x
            """.replacing("WORD", with: word).replacing("FIRST", with: first).replacing("SECOND", with: second)
                .replacing("FILE", with: file)
        }

        private static func responses(_ folder: CertificateFolder) -> String {
            """
            show ssl ocsp-response
            show ssl cert FOLDER/one.pem
            show ssl cert FOLDER/two.pem
            show ssl cert FOLDER/one.pem.ocsp
            show ssl cert FOLDER/two.pem.ocsp
            show ssl cert nope.ocsp
            show ssl ocsp-response nope
            set ssl ocsp-response
            set ssl ocsp-response !!!
            set ssl ocsp-response B64(authority.crt)
            set ssl ocsp-response B64(other)
            set ssl ocsp-response B64(next)
            set ssl ocsp-response <<\\nB64(next)\\n
            show ssl cert FOLDER/one.pem.ocsp
            set ssl cert nope.ocsp <<\\nB64(other)\\n
            set ssl cert FOLDER/two.pem <<\\nPEM(two.pem)
            set ssl cert FOLDER/two.pem.ocsp <<\\nfoo\\n
            set ssl cert FOLDER/two.pem.ocsp <<\\nB64(other)\\n
            set ssl cert FOLDER/two.pem.issuer <<\\nPEM(authority.crt)
            set ssl cert FOLDER/two.pem.issuer <<\\nfoo\\n
            show ssl cert *FOLDER/two.pem
            show ssl cert *FOLDER/two.pem.ocsp
            commit ssl cert FOLDER/two.pem
            show ssl cert FOLDER/two.pem
            show ssl cert FOLDER/two.pem.ocsp
            show ssl ocsp-response
            set ssl cert FOLDER/one.pem <<\\nPEM(client.pem)
            show ssl cert *FOLDER/one.pem
            abort ssl cert FOLDER/one.pem
            show tls-keys
            show tls-keys *
            show tls-keys #0
            show tls-keys #1
            show tls-keys nope
            show tls-keys FOLDER/keys
            set ssl tls-key
            set ssl tls-key #0
            set ssl tls-key #0 foo
            set ssl tls-key #1 foo
            set ssl tls-key nope B64(keys)
            set ssl tls-key FOLDER/keys B64(list)
            set ssl tls-key #0 \(Data(repeating: 9, count: 48).base64EncodedString())
            set ssl tls-key FOLDER/keys \(Data(repeating: 8, count: 48).base64EncodedString())
            show tls-keys *
            user;show tls-keys
            user;show ssl ocsp-response
            user;set ssl ocsp-response !!!
            show ssl providers
            """.replacing("FOLDER", with: folder.path)
        }

        /// A command with the contents of files in it.
        private func filled(_ command: String, _ folder: CertificateFolder) throws -> String {
            var command = command.replacing("\\n", with: "\n")
            while let found = command.firstMatch(of: #/PEM\(([\w.]+)\)/#) {
                let text = String(decoding: try folder.contents(String(found.1)), as: UTF8.self)
                command.replaceSubrange(found.range, with: text.split(separator: "\n").joined(separator: "\n") + "\n")
            }
            while let found = command.firstMatch(of: #/B64\(([\w.]+)\)/#) {
                let bytes = Data(try folder.contents(String(found.1)))
                command.replaceSubrange(found.range, with: bytes.base64EncodedString())
            }
            return command
        }

        /// An answer without the authorities that HAProxy has loaded for its own questions.
        private func answer(to command: String, of side: BesideHAProxy.Side) async throws -> [Substring] {
            try await side.ask(command).split(separator: "\n", omittingEmptySubsequences: false)
                .filter { !$0.hasPrefix("@system-ca") }
        }

        @Test("every answer and refusal", arguments: ["crl-file", "ca-file", "responses and keys"])
        func answers(table: String) async throws {
            let folder = try folder()
            guard let both = try await BesideHAProxy(Self.file(folder.path), servers: 1) else { return }
            let commands =
                switch table {
                case "crl-file": Self.changes(table, first: "some", second: "none", file: folder.path("none"))
                case "ca-file":
                    Self.changes(
                        table, first: "stranger.crt", second: "one.crt", file: folder.path("authority.crt"))
                default: Self.responses(folder)
                }
            for command in commands.split(separator: "\n").map(String.init) {
                let filled = try filled(command, folder)
                let (theirs, ours) = (
                    try await answer(to: filled, of: both.haproxy), try await answer(to: filled, of: both.own)
                )
                #expect(ours == theirs, "the answer to \(command)")
            }
            try await both.stop()
        }

        /// What a client sees that shows a certificate, asks for the authority's word, and says and hears something.
        private func client(of side: BesideHAProxy.Side, _ words: [String] = []) async throws -> String {
            let client = try TestProcess(
                [
                    "openssl", "s_client", "-connect", "127.0.0.1:\(side.port.port)", "-servername", "one.test",
                    "-status", "-tls1_2",
                ] + words)
            _ = try await client.waitUntilExit(within: .seconds(20))
            return client.output + client.errorOutput
        }

        private func handIn(_ commands: [String], _ folder: CertificateFolder, to side: BesideHAProxy.Side) async throws
        {
            for command in commands { _ = try await side.ask(try filled(command, folder)) }
        }

        @Test(
            "a client whose certificate was revoked by command is refused from then on, and by other authorities, too")
        func revoked() async throws {
            let folder = try folder()
            guard let both = try await BesideHAProxy(Self.file(folder.path), servers: 1) else { return }
            let shown = ["-cert", folder.path("client.crt"), "-key", folder.path("client.key")]
            for side in [both.haproxy, both.own] {
                #expect(try await !client(of: side, shown).contains("alert number"))
                let none = folder.path("none")
                try await handIn(
                    ["set ssl crl-file \(none) <<\\nPEM(some)", "commit ssl crl-file \(none)"], folder, to: side)
                // Alert 44 is certificate_revoked.
                #expect(try await client(of: side, shown).contains("alert number 44"))
                try await handIn(
                    ["set ssl crl-file \(none) <<\\nPEM(none)", "commit ssl crl-file \(none)"], folder, to: side)
                #expect(try await !client(of: side, shown).contains("alert number"))
                let authority = folder.path("authority.crt")
                try await handIn(
                    ["set ssl ca-file \(authority) <<\\nPEM(stranger.crt)", "commit ssl ca-file \(authority)"], folder,
                    to: side)
                // Alert 48 is unknown_ca.
                #expect(try await client(of: side, shown).contains("alert number 48"))
            }
            try await both.stop()
        }

        @Test("authorities that commands have made count where a line of a list names them")
        func made() async throws {
            let folder = try folder()
            try folder.make("odd", hosts: ["odd.test"], by: "stranger")
            // Of authorities that have no list of revoked certificates, none counts where there is any list.
            let file = Self.file(folder.path).replacing("crl-file \(folder.path("none"))", with: "")
            guard let both = try await BesideHAProxy(file, servers: 1) else { return }
            let shown = ["-cert", folder.path("odd.crt"), "-key", folder.path("odd.key"), "-servername", "odd.test"]
            for side in [both.haproxy, both.own] {
                // Without a line of its own: the other authority doesn't know it.
                #expect(try await client(of: side, shown).contains("alert number 48"))
                try await handIn(
                    [
                        "new ssl ca-file made", "set ssl ca-file made <<\\nPEM(stranger.crt)",
                        "commit ssl ca-file made",
                        "new ssl cert odd.pem", "set ssl cert odd.pem <<\\nPEM(odd.pem)", "commit ssl cert odd.pem",
                        "add ssl crt-list \(folder.path("list")) <<\\nodd.pem [ca-file made verify required] odd.test\\n",
                    ], folder, to: side)
                let seen = try await client(of: side, shown)
                #expect(!seen.contains("alert number"), "\(seen)")
                #expect(seen.contains("CN = odd") || seen.contains("CN=odd"))
            }
            #expect(try await both.own.ask("show ssl ca-file").contains("\nmade - 1 certificate(s)\n"))
            try await both.stop()
        }

        @Test("clients are shown what the authority says, and what it says next")
        func stapled() async throws {
            let folder = try folder()
            guard let both = try await BesideHAProxy(Self.file(folder.path), servers: 1) else { return }
            func end(_ text: String) -> Substring? { text.firstMatch(of: #/Next Update: .*/#)?.output }
            var ends: [[Substring?]] = []
            for side in [both.haproxy, both.own] {
                let first = try await client(of: side)
                #expect(first.contains("OCSP Response Status: successful"))
                try await handIn(["set ssl ocsp-response B64(next)"], folder, to: side)
                ends.append([end(first), end(try await client(of: side))])
            }
            #expect(ends[0] == ends[1])
            #expect(ends[1][0] != ends[1][1])
            try await both.stop()
        }

        @Test("a session goes on while its ticket's key is among the three")
        func tickets() async throws {
            let folder = try folder()
            guard let both = try await BesideHAProxy(Self.file(folder.path), servers: 1) else { return }
            var outcomes: [[Bool]] = []
            for (index, side) in [both.haproxy, both.own].enumerated() {
                let kept = folder.path("session\(index)")
                _ = try await client(of: side, ["-sess_out", kept])
                var resumed: [Bool] = []
                for key in UInt8(20)...23 {
                    resumed.append(try await client(of: side, ["-sess_in", kept]).contains("Reused, "))
                    let text = Data(repeating: key, count: 48).base64EncodedString()
                    _ = try await side.ask("set ssl tls-key #0 \(text)")
                }
                outcomes.append(resumed)
            }
            #expect(outcomes[1] == outcomes[0])
            #expect(outcomes[1] == [true, true, false, false])
            try await both.stop()
        }

        @Test("with keys of tickets, a client's session goes on after a reload that changes its address's line")
        func reload() async throws {
            let folder = try folder()
            let (port, server) = (try HeldPort(), try FakeServer(serve: FakeServer.named("0")))
            let supervisor = try Supervisor(in: try TemporaryDirectory())
            func configure(_ options: String) throws {
                try supervisor.configure(
                    "secure",
                    """
                    defaults
                        mode tcp
                        timeout connect 5s
                        timeout client 60s
                        timeout server 60s
                    listen l
                        bind \(port.address) ssl crt \(folder.path("one.pem")) tls-ticket-keys \(folder.path("keys")) \(options)
                        server s1 \(server.address.address)

                    """)
            }
            func connect(_ words: [String]) async throws -> String {
                let client = try TestProcess(
                    ["openssl", "s_client", "-connect", "127.0.0.1:\(port.port)", "-tls1_2"] + words)
                _ = try await client.waitUntilExit(within: .seconds(20))
                return client.output + client.errorOutput
            }
            try configure("")
            let process = try await supervisor.up(listeningOn: [port])
            let kept = folder.path("session")
            #expect(try await connect(["-sess_out", kept]).contains("New, "))
            try configure("alpn amqp ssl-max-ver TLSv1.2")
            let reload = try await supervisor.run("reload", "secure")
            #expect(reload.status == .code(0), "\(reload.errorOutput)")
            #expect(try await connect(["-sess_in", kept]).contains("Reused, "))
            try await process.stop()
        }
    }
}
