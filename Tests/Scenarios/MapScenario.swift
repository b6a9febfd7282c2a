import Foundation
import Testing

extension Scenarios {
    @Suite("Maps on the stats socket, beside HAProxy")
    struct Maps {
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
                acl early src 192.0.2.1
                tcp-request connection set-var(sess.a) src,map_ip(FOLDER/nets.map)
                acl banned var(sess.a) -m str banned
                tcp-request connection set-var(sess.b) str(a),map(FOLDER/texts.map)
                tcp-request connection set-var(sess.c) str(a),map_beg(FOLDER/texts.map,none)
                tcp-request connection set-var(sess.d) str(a),map_str_int(FOLDER/numbers.map)
                tcp-request connection set-var(sess.e) str(a),map_str_int(FOLDER/numbers.map,5)
                tcp-request connection set-var(sess.f) str(a),map_sub_ip(FOLDER/places.map)
                tcp-request connection set-var(sess.g) int(3),map_int(FOLDER/ranges.map)
                tcp-request connection reject if banned
                server s0 SERVER0
                server s1 SERVER1

            """

        private static let commands = #"""
            show map
            show acl
            show map #0
            show map #1
            show map #2
            show map #99
            show map nope
            show map @0 FOLDER/texts.map
            show map @7 FOLDER/texts.map
            get map
            get map FOLDER/texts.map
            get map nope a
            get map FOLDER/texts.map a
            get map FOLDER/texts.map ax
            get map FOLDER/texts.map zz
            get map FOLDER/nets.map 10.1.2.3
            get map FOLDER/nets.map 10.9.2.3
            get map FOLDER/nets.map ::ffff:10.1.2.3
            get map FOLDER/nets.map zz
            get map FOLDER/numbers.map a
            get map FOLDER/places.map xbx
            get map FOLDER/ranges.map 3
            get map FOLDER/ranges.map zz
            add map
            add map FOLDER/texts.map
            add map FOLDER/texts.map d
            add map FOLDER/texts.map c gamma
            add map FOLDER/texts.map c again
            get map FOLDER/texts.map c
            add map FOLDER/numbers.map d x
            add map FOLDER/nets.map zz x
            add map nope x y
            show map FOLDER/texts.map
            show map FOLDER/numbers.map
            set map
            set map FOLDER/texts.map a
            set map FOLDER/texts.map zz other
            set map FOLDER/texts.map c other
            set map FOLDER/texts.map #0x0 other
            set map nope a b
            show map FOLDER/texts.map
            del map
            del map FOLDER/texts.map
            del map FOLDER/texts.map zz
            del map FOLDER/texts.map #0x0
            del map FOLDER/texts.map #zz
            del map nope x
            del map FOLDER/texts.map c
            show map FOLDER/texts.map
            prepare map
            prepare map nope
            prepare map FOLDER/texts.map
            add map @1 FOLDER/texts.map k v
            add map @9 FOLDER/texts.map k v
            show map
            show map @1 FOLDER/texts.map
            show map FOLDER/texts.map
            commit map @9 FOLDER/texts.map
            commit map FOLDER/texts.map
            commit map @1
            commit map @1 nope
            commit map @1 FOLDER/texts.map
            commit map @1 FOLDER/texts.map
            show map FOLDER/texts.map
            add map FOLDER/texts.map <<\nk1 v1\nk2 \tv 2\n k3 v3\n
            show map FOLDER/texts.map
            clear map
            clear map nope
            clear map @1 FOLDER/texts.map
            show map FOLDER/texts.map
            help add map
            """#

        /// An answer without what depends on the program: where an entry lies, and the file's folder.
        private func comparable(_ answer: String) -> String {
            // HAProxy counts an entry once for each way in which its map is searched, and cleared ones too often.
            let answer: String = answer.replacing(#/entry_cnt=-?\d+/#, with: "entry_cnt=COUNT")
            return answer.replacing(#/^0x[0-9a-f]+/#.anchorsMatchLineEndings(), with: "ENTRY")
                .replacing(#/'[^']*\/test.cfg'/#, with: "'FILE'")
                .replacing(#/[^ '(]*\/([a-z]+).map/#) { "\($0.1).map" }
                // HAProxy's own client has lists, too.
                .replacing(#/^\d+ \(\) acl 'var' file 'httpclient'.*\n/#.anchorsMatchLineEndings(), with: "")
        }

        private func start() async throws -> BesideHAProxy? {
            try await BesideHAProxy(Self.file, servers: 2) { folder, _ in
                _ = try folder.write("# those\n10.0.0.0/8 ten\n\n10.1.0.0/16  one and more \n", to: "nets.map")
                _ = try folder.write("a  alpha\nb  beta\n", to: "texts.map")
                _ = try folder.write("a 1\nb 2\n", to: "numbers.map")
                _ = try folder.write("a 192.0.2.1\nb ::1\n", to: "places.map")
                _ = try folder.write("1:5 low\n7 seven\n", to: "ranges.map")
            }
        }

        private func filled(_ command: String, _ side: BesideHAProxy.Side) -> String {
            command.replacing("FOLDER", with: side.folder.path)
        }

        @Test("every answer and refusal, and what comes of it")
        func answers() async throws {
            guard let both = try await start() else { return }
            for line in Self.commands.split(separator: "\n").map(String.init) {
                let command = line.replacing(#"\n"#, with: "\n").replacing(#"\t"#, with: "\t")
                let theirs = comparable(try await both.haproxy.ask(filled(command, both.haproxy)))
                let ours = comparable(try await both.own.ask(filled(command, both.own)))
                #expect(ours == theirs, "the answer to \(command)")
            }
            for side in [both.haproxy, both.own] {
                #expect(try await side.choices(1).count == 1)
                let map = "\(side.folder.path)/nets.map"
                #expect(try await side.ask("add map \(map) 127.0.0.0/8 banned") == "\n")
                // Reset, at once or while it is read: either way nothing comes.
                let bytes = try? await Socket.connect(port: side.port.port)?.readToEnd().bytes
                #expect(bytes?.isEmpty ?? true)
                #expect(try await side.ask("set map \(map) 127.0.0.0/8 free") == "\n")
                #expect(try await side.choices(1).count == 1)
            }
            try await both.stop()
        }
    }
}
