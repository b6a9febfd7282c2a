import Foundation
import Testing

extension Scenarios {
    @Suite("Stick tables on the stats socket, beside HAProxy")
    struct TableCommands {
        private static let file = """
            global
                stats socket STATS level admin
                log LOG local0
            defaults
                mode tcp
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            listen l
                bind PORT
                stick-table type ip size 1k expire 1h store conn_cnt,conn_cur,conn_rate(1h),sess_cnt,bytes_in_cnt,gpc0
                stick on src
                tcp-request connection track-sc0 src
                server s1 SERVER0
                server s2 SERVER1
            backend texts
                stick-table type string len 8 size 100 nopurge store conn_cnt,gpc0,gpc0_rate(1h),bytes_out_rate(1m)
            backend numbers
                stick-table type integer size 2 nopurge store gpc0
            backend long
                stick-table type ipv6 size 100 srvkey addr
            backend bytes
                stick-table type binary len 4 size 100
            backend more
                stick-table type ip size 100 store gpc1,conn_cnt,gpt0,gpc1_rate(1h),gpc0
            backend none
                server x SERVER0

            """

        /// Answers without what depends on the moment: where an entry lies, and what is left of its time.
        private func comparable(_ answer: String) -> String {
            answer.replacing(#/^0x[0-9a-f]+:/#.anchorsMatchLineEndings(), with: "ENTRY:")
                .replacing(#/exp=[1-9][0-9]*/#, with: "exp=LEFT")
        }

        private func expectSame(_ commands: String, _ both: BesideHAProxy) async throws {
            for command in commands.split(separator: "\n").map(String.init) {
                let theirs = comparable(try await both.haproxy.ask(command))
                #expect(comparable(try await both.own.ask(command)) == theirs, "the answer to \(command)")
            }
        }

        @Test("every answer and refusal")
        func answers() async throws {
            guard let both = try await BesideHAProxy(Self.file) else { return }
            try await expectSame(
                """
                show table
                show table nope
                show table none
                show table l
                show table l foo
                show table l data
                show table l data.x
                show table l data.conn_cnt
                show table l data.conn_cnt foo 0
                show table l data.conn_cnt gt x
                show table l data.http_req_cnt gt 1
                show table l data.gpc0 gt 0 data.gpc0 gt 1 data.gpc0 gt 2 data.gpc0 gt 3 foo
                show table l key
                show table l key 1.2.3.4
                show table bytes key 5
                show table long key 5
                show table texts key 5
                set table
                set table nope
                set table none key 1
                set table l key
                set table l data.gpc0 5
                set table l key 1.2.3.4 data.gpc0
                set table l key 1.2.3.4 data.gpc0 5
                show table l key 1.2.3.4
                set table l key 1.2.3.4 data.gpc0 7 data.conn_rate 12
                show table l key 1.2.3.4
                set table l key 1.2.3.4 data.gpc0 x
                set table l key 1.2.3.4 data.nope 5
                set table l key 1.2.3.4 data.http_req_cnt 5
                set table long key fe80::1 data.gpc0 1
                set table l key 1.2.3.4 data.server_id 2
                set table l key 1.2.3.4 foo
                set table l key 10.0.0.1 data.gpc0 -5 data.bytes_in_cnt -1
                show table l data.gpc0 gt 5
                show table l data.gpc0 le 7 data.conn_rate eq 12
                show table l data.server_key gt 0
                set table texts key longerthaneight data.gpc0 3
                set table texts key a=b data.gpc0_rate 30
                set table texts key \u{e9}b data.bytes_out_rate 3
                show table texts
                show table texts data.gpc0 eq 3
                show table texts key longerth
                set table numbers key -5
                set table numbers key abc
                set table numbers key 4294967296
                set table numbers key 256 data.gpc0 256
                set table numbers key 7x
                set table numbers key 9
                show table numbers
                show table numbers key 256
                set table long key FE80::0:1
                set table long key ::ffff:1.2.3.4
                set table long key 1.2.3.4
                set table long key 1::2
                show table long
                set table bytes key 61626364
                set table more key 1.2.3.4 data.gpc1 5 data.gpt0 6 data.gpc1_rate 7
                show table more
                show table more data.gpt0 eq 6
                set table more key 1.2.3.4 data.gpt0 -1 data.gpc1 -1
                show table more
                clear table
                clear table nope
                clear table l foo
                clear table l key
                clear table l key 9.9.9.9
                clear table l data.gpc0
                clear table l data.gpc0 gt 100000
                show table l
                clear table l key 1.2.3.4
                show table l
                clear table texts
                show table
                user;set table l key 1.1.1.1;clear table l key 1.1.1.1;show table
                help show table
                help set table
                help clear table
                """, both)
            try await both.stop()
        }

        @Test("sessions: what is counted for a client, and the server that it goes to because a command says so")
        func sessions() async throws {
            guard let both = try await BesideHAProxy(Self.file) else { return }
            for side in [both.haproxy, both.own] {
                #expect(try await side.ask("set table l key 127.0.0.1 data.server_id 2") == "\n")
                #expect(try await side.choices(2) == ["1", "1"])
                guard let client = try await Socket.connect(port: side.port.port) else {
                    throw ScenarioError("refused")
                }
                _ = try await client.read(exactly: 2)
                #expect(
                    try await side.ask("clear table l key 127.0.0.1") == "Entry currently in use, cannot remove\n\n")
                #expect(
                    comparable(try await side.ask("show table l key 127.0.0.1")) == """
                        # table: l, type: ip, size:1024, used:1
                        ENTRY: key=127.0.0.1 use=1 exp=LEFT server_id=2 gpc0=0 conn_cnt=3 conn_rate(3600000)=3 \
                        conn_cur=1 sess_cnt=3 bytes_in_cnt=0 server_key=s2


                        """)
                client.finishWriting()
                _ = try await client.readToEnd()
                try await eventually("the entry is in nobody's use") {
                    try await side.ask("show table l").contains(" use=0 ")
                }
                #expect(try await side.ask("clear table l") == "\n")
                #expect(try await side.ask("show table l") == "# table: l, type: ip, size:1024, used:0\n\n")
            }
            try await both.stop()
        }
    }
}
