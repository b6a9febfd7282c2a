import Foundation
import Testing

extension Scenarios {
    @Suite("Access lists on the stats socket, beside HAProxy")
    struct AccessLists {
        private static let file = """
            global
                stats socket STATS level admin
            defaults
                mode tcp
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
                acl banned src -f FOLDER/banned.lst
                acl a src 10.0.0.0/8 192.168.0.0/16
                acl a src 1.2.3.4
                acl s str(abc) -m str abc def
                acl s str(abc) -m beg -i AB
                acl p src_port 5:6 gt 70000
                tcp-request connection reject if banned
                tcp-request connection accept if a or s or p
                server s0 SERVER0
                server s1 SERVER1

            """

        /// An answer without what depends on the program: where an entry lies, and the file's folder.
        private func comparable(_ answer: String) -> String {
            answer.replacing(#/^0x[0-9a-f]+/#.anchorsMatchLineEndings(), with: "ENTRY")
                .replacing(#/'[^']*\/test.cfg'/#, with: "'FILE'")
                .replacing(#/[^ '(]*\/banned.lst/#, with: "LIST")
                // HAProxy's own client has lists, too.
                .replacing(#/^\d+ \(\) acl 'var' file 'httpclient'.*\n/#.anchorsMatchLineEndings(), with: "")
        }

        @Test("every answer and refusal, and what comes of it")
        func answers() async throws {
            let both = try await BesideHAProxy(Self.file, servers: 2) { folder, _ in
                _ = try folder.write("# those\n10.9.0.0/16\n\n192.0.2.1\n", to: "banned.lst")
            }
            guard let both else { return }
            for command in """
            show acl
            show acl #0
            show acl #1
            show acl #2
            show acl #3
            show acl #4
            show acl #5
            show acl #6
            show acl nope
            get acl
            get acl #0
            get acl nope 1
            get acl #0 10.9.1.1
            get acl #0 11.1.1.1
            get acl #4 def
            get acl #4 deg
            get acl #5 abx
            add acl
            add acl #0
            add acl #2 172.16.0.0/12
            show acl #2
            del acl
            del acl #2
            del acl #2 10.0.0.0/8
            del acl #2 99.9.9.9
            del acl #2 #0x123
            clear acl
            clear acl nope
            clear acl #3
            show acl #3
            prepare acl
            prepare acl #2
            show acl
            add acl @1 #2 8.8.8.8
            show acl #2
            show acl @1 #2
            commit acl
            commit acl @9 #2
            commit acl @1 #2
            show acl #2
            add acl @7 #2 1.1.1.1
            add acl #2 zz
            help add acl
            help show acl
            """.split(separator: "\n").map(String.init) {
                let theirs = comparable(try await both.haproxy.ask(command))
                #expect(comparable(try await both.own.ask(command)) == theirs, "the answer to \(command)")
            }
            for side in [both.haproxy, both.own] {
                #expect(try await side.choices(1).count == 1)
                let shown = try await side.ask("show acl")
                let name = shown.split(separator: "\n").first { $0.contains("banned.lst)") }?
                    .split(separator: "(")[1].split(separator: ")")[0]
                let list = try #require(name)
                #expect(try await side.ask("add acl \(list) 127.0.0.0/8") == "\n")
                // Reset, at once or while it is read: either way nothing comes.
                let bytes = try? await Socket.connect(port: side.port.port)?.readToEnd().bytes
                #expect(bytes?.isEmpty ?? true)
                #expect(try await side.ask("del acl \(list) 127.0.0.0/8") == "\n")
                #expect(try await side.choices(1).count == 1)
            }
            try await both.stop()
        }
    }
}
