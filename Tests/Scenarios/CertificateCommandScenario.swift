import Certificates
import Foundation
import Testing

extension Scenarios {
    @Suite("Certificates that commands replace, beside HAProxy")
    struct CertificateCommands {
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
                bind PORT ssl crt \(folder)/one.pem crt \(folder)/two.pem
                server s1 SERVER0
            listen m
                bind FOLDER/m.sock ssl crt \(folder)/one.pem verify optional ca-file \(folder)/authority.crt
                server s1 SERVER0 ssl verify required ca-file \(folder)/authority.crt crt \(folder)/one.pem

            """
        }

        private func certificates() throws -> CertificateFolder {
            let folder = try CertificateFolder()
            try folder.makeAuthority("authority")
            try folder.make("one", hosts: ["one.test", "www.one.test"], by: "authority", key: .rsa)
            try folder.make("two", hosts: ["two.test"])
            try folder.make("new", hosts: ["one.test"], by: "authority")
            try folder.write(folder.contents("new.pem") + folder.contents("authority.crt"), to: "chain.pem")
            return folder
        }

        /// A command with a file as its payload.
        private func command(_ words: String, _ folder: CertificateFolder, _ name: String) throws -> String {
            let text = String(decoding: try folder.contents(name), as: UTF8.self)
            return "\(words) <<\n\(text.split(separator: "\n").joined(separator: "\n"))\n"
        }

        @Test("every answer and refusal", .enabled(if: CertificateFolder.isAvailable))
        func answers() async throws {
            let folder = try certificates()
            guard let both = try await BesideHAProxy(Self.file(folder.path), servers: 1) else { return }
            let (one, two) = (folder.path("one.pem"), folder.path("two.pem"))
            var commands = """
                show ssl cert
                show ssl cert \(one)
                show ssl cert \(two)
                show ssl cert nope
                show ssl cert *\(one)
                show ssl ca-file \(folder.path("authority.crt"))
                show ssl ca-file \(folder.path("authority.crt")):1
                show ssl ca-file \(folder.path("authority.crt")):2
                show ssl ca-file nope
                set ssl cert
                set ssl cert \(one)
                commit ssl cert
                commit ssl cert \(one)
                abort ssl cert
                abort ssl cert \(one)
                """.split(separator: "\n").map(String.init)
            commands += [
                try command("set ssl cert nope", folder, "new.pem"),
                try command("set ssl cert \(one)", folder, "new.key"),
                try command("set ssl cert \(one)", folder, "new.crt"), "commit ssl cert \(one)",
                "commit ssl cert \(two)",
                "abort ssl cert \(two)", "show ssl cert", "show ssl cert *\(one)",
                try command("set ssl cert \(one).key", folder, "new.key"), "commit ssl cert \(one)",
                "show ssl cert \(one)",
                try command("set ssl cert \(one)", folder, "chain.pem"),
                try command("set ssl cert \(one)", folder, "new.pem"),
                "abort ssl cert \(one)", "show ssl cert \(one)",
                try command("set ssl cert \(two)", folder, "chain.pem"),
                "commit ssl cert \(two)", "show ssl cert \(two)",
            ]
            for command in commands {
                let (theirs, ours) = (try await both.haproxy.ask(command), try await both.own.ask(command))
                #expect(ours == theirs, "the answer to \(command.prefix(60))")
            }
            try await both.stop()
        }

        @Test("a new certificate is for those who connect from then on", .enabled(if: CertificateFolder.isAvailable))
        func replaced() async throws {
            let folder = try certificates()
            guard let both = try await BesideHAProxy(Self.file(folder.path), servers: 1) else { return }
            for side in [both.haproxy, both.own] {
                let held = try client(of: side, asking: "one.test")
                try await eventually("a session with the old certificate; \(held.output)\(held.errorOutput)") {
                    held.output.contains("CN = one") || held.output.contains("CN=one")
                }
                _ = try await side.ask(try command("set ssl cert \(folder.path("one.pem"))", folder, "new.pem"))
                let answer = try await side.ask("commit ssl cert \(folder.path("one.pem"))")
                #expect(answer.hasSuffix("Success!\n\n"), "\(answer)")
                let next = try client(of: side, asking: "one.test")
                try await eventually("a session with the new certificate; \(next.output)") {
                    next.output.contains("CN = new") || next.output.contains("CN=new")
                }
                let other = try client(of: side, asking: "two.test")
                try await eventually("a session with the other certificate; \(other.output)") {
                    other.output.contains("CN = two") || other.output.contains("CN=two")
                }
                #expect(held.isRunning)
                let sessions = try await side.statistics(["scur"]).first { $0.hasPrefix("l/FRONTEND") }
                #expect(sessions == "l/FRONTEND scur=3")
            }
            try await both.stop()
        }

        @Test(
            "a certificate that commands put into a list is for those who ask for it, until they take it out",
            .enabled(if: CertificateFolder.isAvailable))
        func listed() async throws {
            let folder = try certificates()
            try folder.write(Array("\(folder.path("one.pem")) one.test\n".utf8), to: "list")
            let file = Self.file(folder.path).replacing(
                "bind PORT ssl crt \(folder.path)/one.pem crt \(folder.path)/two.pem",
                with: "bind PORT ssl crt-list \(folder.path("list"))")
            guard let both = try await BesideHAProxy(file, servers: 1) else { return }
            let (list, name) = (folder.path("list"), "added.pem")
            for side in [both.haproxy, both.own] {
                func expect(_ subject: String, _ when: String) async throws {
                    let client = try client(of: side, asking: "two.test")
                    try await eventually("\(subject) \(when); \(client.output)\(client.errorOutput)") {
                        client.output.contains("CN = \(subject)") || client.output.contains("CN=\(subject)")
                    }
                    try await client.stop()
                }
                try await expect("one", "before")
                for command in [
                    "new ssl cert \(name)", try command("set ssl cert \(name)", folder, "two.pem"),
                    "commit ssl cert \(name)", "add ssl crt-list \(list) <<\n\(name) [verify none] two.test\n",
                ] { _ = try await side.ask(command) }
                try await expect("two", "in the list")
                #expect(try await side.ask("show ssl cert \(name)").contains("Status: Used\n"))
                _ = try await side.ask("del ssl crt-list \(list) \(name)")
                try await expect("one", "taken out")
                #expect(try await side.ask("show ssl cert \(name)").contains("Status: Unused\n"))
            }
            try await both.stop()
        }

        /// A client that stays.
        private func client(of side: BesideHAProxy.Side, asking name: String) throws -> TestProcess {
            try TestProcess([
                "openssl", "s_client", "-ign_eof", "-connect", "127.0.0.1:\(side.port.port)", "-servername", name,
            ])
        }
    }
}
