import Configuration
import Foundation
import Peers
import Testing

/// What converters make of values: each expression is a variable that a rule sets, and the session's line shows them all.
@Suite("converters, beside HAProxy", .serialized)
struct ConverterTests {
    /// How many expressions a line shows: HAProxy's lines have 2,048 characters.
    private static let inLine = 10

    private static let hashes = [
        "crc32", "crc32(1)", "crc32c", "crc32c(1)", "djb2", "djb2(1)", "sdbm", "sdbm(1)", "wt6", "wt6(1)", "xxh32",
        "xxh32(7)", "xxh64", "xxh64(7)", "xxh3", "xxh3(7)",
    ]

    /// Short and long values: hashes go other ways by the length.
    private static let hashed: [String] =
        ["str(abc)", "bin(ffee80)", "int(5)", "src", "bool(true)", "str(a)", "str(abcdefghijk)"].flatMap { value in
            hashes.map { "\(value),\($0)" }
        }

    private static let hashedTexts: [String] =
        [40, 130, 200, 250, 700].flatMap { length in
            ["xxh32", "xxh64", "xxh64(9)", "xxh3", "xxh3(9)", "wt6"].map { name in
                "str(\(String(repeating: "abcdefghij", count: length / 10))),\(name)"
            }
        }

    private static let hosts: [String] =
        [
            "str(host:80)", "str([::1]:80)", "str(host)", "str(a:b:80)", "str(::1)", "str(host:)", "str(host:8a)",
            "str(host:99999)", "str(host:-1)", "str([::1])",
        ].flatMap { ["\($0),host_only", "\($0),port_only"] }

    private static let others: [[String]] = [
        [
            "str(abc),sha1,hex", "str(abc),sha2,hex", "str(abc),sha2(512),hex", "str(abc),digest(md5),hex",
            "str(abc),digest(SHA256),hex", "str(abc),hmac(sha1,Zm9v),hex", "str(abc),hmac(sha256,txn.key),hex",
            "str(abc),hmac(sha256,txn.nope),hex", "src,sha1,hex", "str(),digest(sha1),hex",
        ],
        [
            "str(YWJj),b64dec", "str(YWJ),b64dec", "str(Y!Jj),b64dec", "str(YWI=),b64dec", "str(YWI),ub64dec",
            "str(ab?),ub64enc", "str(ab??),base64", "str(ab??),ub64enc", "str(1f),hex2i", "str(xyz),hex2i",
            "str(0x1f),hex2i", "str(ffffffffffffffff1),hex2i", "int(5),htonl,hex", "int(-1),htonl,hex",
            "str(5),htonl,hex",
        ],
        [
            "str(abcdef),be2dec(:,2)", "str(abcdef),be2dec(:,4)", "str(abcdef),be2dec(:,4,1)",
            "str(abcdef),be2hex(:,2)", "str(abcdef),be2hex(:,4,1)", "str(abcdef),be2hex", "int(5),be2hex(:,2)",
            "str(xxabcx),ltrim(x)", "str(xxabcx),rtrim(x)", "str(xxx),rtrim(x)", "str(abc),ltrim(cba)",
        ],
        [
            "str(a/b//d),field(2,/,2)", "str(a/b//d),field(1,/,0)", "str(a/b//d),field(2,/,0)",
            "str(a/b//d),field(-1,/,2)", "str(a/b//d),field(-2,/,2)", "str(a/b//d),field(-2,/,0)",
            "str(a/b//d),field(9,/,2)", "str(a/b//d),field(3,/,9)", "str(a/b//d),word(2,/,2)",
            "str(a/b//d),word(1,/,0)", "str(a/b//d),word(-1,/,2)", "str(a/b//d),word(-2,/,0)",
            "str(/a/b//d/),word(-1,/,2)", "str(/a/b//d/),field(-1,/,2)", "str(a/b//d),field(2,/)",
        ],
        [
            "str(a),concat(<,txn.w,>)", "str(a),concat(<,,>)", "str(a),concat(<)", "str(a),concat(,txn.nope,z)",
            "str(a),add_item(;,txn.w,x)", "str(a),add_item(;,,x)", "str(),add_item(;,,x)",
            "str(),add_item(;,txn.w)", "str(a),add_item(;,txn.nope,x)", "str(a),add_item(;,txn.nope)",
            "str(a),strcmp(txn.w)", "str(9999999),strcmp(txn.w)", "str(ww),strcmp(txn.w)",
            "str(a),strcmp(txn.nope)", "str(a),secure_memcmp(txn.w)", "str(www),secure_memcmp(txn.w)",
            "bool(true),iif(yes,no)", "int(0),iif(yes,no)", "str(5),iif(yes,no)", "str(a),iif(yes,no)",
        ],
        [
            "bin(61c3a4ff62),json(utf8)", "bin(61c3a4ff62),json(utf8s)", "bin(61c3a4ff62),json(utf8p)",
            "bin(61c3a4ff62),json(utf8ps)", "bin(61c3a4ff62),json(ascii)", "bin(61c3a4ff62),json",
            "bin(610a0d09001f7f62),json(utf8s)", "bin(610a00621f7f62),json", "bin(610a1f7f62),json(utf8s)",
            "bin(2261625c632f64),json", "bin(c3a4),json(utf8ps)", "bin(f09f9880),json(utf8)",
            "bin(e0808061),json(utf8)",
        ],
        [
            "str(a%20b+c?d+e),url_dec", "str(a%20b+c?d+e),url_dec(1)", "str(a%2),url_dec", "str(a%zz),url_dec",
            "bin(20215c22232425262728292a2b2c2d2e2f3a3b3c3d3e3f405b5d5e5f607b7c7d7eff),url_enc",
            "str(a/b),url_enc(query)", "int(1795369953),http_date", "int(1795369953),http_date(60)",
            "int(1795369953),http_date(60,s)", "int(1795369953000),http_date(60,ms)",
            "int(1795369953000000),http_date(0,us)", "bin(61620d0a63),cut_crlf",
        ],
        [
            "str(abcabc),regsub(b,X)", "str(abcabc),regsub(b,X,g)", "str(aBcabc),regsub(b,X,gi)",
            "str(abcabc),regsub(z*,-,g)", "str(abcabc),regsub(^a,-,g)", "str(abcabbb),regsub(b*,X,g)",
            "str(aab),regsub(^a,X,g)", "str(abc),regsub(c$,X)", "str(abc),regsub(q,X)", "str(abc),regsub(.,X)",
        ],
        [
            "int(5),add(txn.n)", "int(5),add(txn.nope)", "int(5),sub(txn.n)", "int(5),mul(txn.n)",
            "int(5),div(txn.n)", "int(5),mod(txn.n)", "int(5),and(txn.n)", "int(5),or(txn.n)", "int(5),xor(txn.n)",
            "int(9223372036854775807),add(1)", "int(-9223372036854775808),div(-1)", "int(5),div(0)",
            "int(5),mod(0)", "int(7),mod(-2)", "str(5),add(2)", "src,add(1)", "src,length", "src,upper",
            "src,bytes(0,2),hex", "int(5),bytes(7,1),hex", "src,ipmask(255.255.0.0)", "bin(616263),upper",
            "bin(616263)", "ipv4(1.2.3.4),hex", "ipv6(::1),hex", "src,bool", "str(a),lower,concat(x)",
        ],
        [
            "str(servers),nbsrv", "str(nope),nbsrv", "str(servers/one),srv_queue", "str(nope/x),srv_queue",
            "str(x),set-var(txn.other),upper", "var(txn.other)", "str(x),unset-var(txn.other),upper",
            "var(txn.other)",
        ],
        [
            "src,in_table(tracked)", "ipv4(192.0.2.1),in_table(tracked)", "src,table_conn_cnt(tracked)",
            "ipv4(192.0.2.1),table_conn_cnt(tracked)", "src,table_gpc0(tracked)", "src,table_sess_cnt(tracked)",
            "src,table_expire(tracked,5)", "ipv4(192.0.2.1),table_expire(tracked,5)",
            "ipv4(192.0.2.1),table_expire(tracked)", "ipv4(192.0.2.1),table_idle(tracked,7)",
            "src,table_server_id(tracked)", "src,table_trackers(tracked)", "sc0_trackers", "sc_trackers(0)",
            "table_cnt(tracked)", "table_avl(tracked)", "src,table_conn_cur(tracked)",
            "src,table_bytes_in_rate(tracked)", "src_updt_conn_cnt(tracked)", "src_conn_cnt(tracked)",
        ],
        [
            "sc_get_gpc(0,0)", "sc_get_gpc(3,0)", "sc_inc_gpc(1,0)", "sc_inc_gpc(1,0)", "sc_get_gpc(1,0)",
            "sc_clr_gpc(1,0)", "sc_get_gpc(1,0)", "sc_gpc_rate(2,0)", "sc_get_gpt(0,0)", "sc_get_gpc0(0)",
        ],
        [
            "sc_inc_gpc0(0)", "sc_get_gpc(0,0)", "sc_inc_gpc1(0)", "sc_get_gpc(1,0)", "sc_get_gpt0(0)",
            "src_get_gpc(0,tracked)", "src,table_gpc(0,tracked)", "src,table_gpt(0,tracked)",
            "src_inc_gpc(2,tracked)", "sc_get_gpc(0,1)",
        ],
        [
            "fc_rcvd_proxy", "fc_src", "fc_src_port,bool", "fc_dst", "fc_dst_is_local", "fc_src_is_local",
            "fe_client_timeout", "fe_defbe", "stopping", "be_conn_free(servers)", "srv_conn_free(servers/one)",
            "fc_rtt,div(1000000)", "fc_lost", "fc_retrans", "fc_sacked",
        ],
    ]

    static let groups: [[String]] = ([hashed, hashedTexts, hosts] + others).flatMap { group in
        stride(from: 0, to: group.count, by: inLine).map { Array(group[$0..<min($0 + inLine, group.count)]) }
    }

    @Test("every converter, and what else rules know, comes to what it comes to there", arguments: groups)
    func values(expressions: [String]) async throws {
        let shown = expressions.indices.map { "#\($0)=%[var(txn.v\($0))]" }.joined(separator: " ")
        var lines = [
            "tcp-request content track-sc0 src table tracked", "tcp-request content set-var(txn.w) str(www)",
            "tcp-request content set-var(txn.n) int(3)", "tcp-request content set-var(txn.key) str(Zm9v)",
        ]
        for (index, expression) in expressions.enumerated() {
            lines.append("tcp-request content set-var(txn.v\(index)) \(expression)")
        }
        lines += [
            "log-format \"[ \(shown) %B\"", "default_backend servers", "backend servers",
            "server one 127.0.0.1:PORT_OF_0", "backend tracked",
            "stick-table type ip size 100 expire 1m store conn_cnt,gpc(3),gpc_rate(2,10s),gpt(2)",
        ]
        try await Scenario(section: "frontend", lines: lines, servers: [""]) { stage in
            let client = try stage.connect()
            try client.send("hello")
            let server = try stage.servers[0].accept()
            try server.expect("hello")
            client.finish()
            _ = server.readToEnd()
            server.close()
            _ = client.readToEnd()
            client.close()
            try stage.awaitSessionLines(1)
        }.compare()
    }

    /// The files that are searched.
    private static let maps: [String: String] = [
        "MIXED": "# none\na shorter\n\n  ab   longer  \nA upper\nb two words\na second\n",
        "EXPRESSIONS": "^a(a+)b <\\1>\n^x rest\n", "NUMBERS": "1:7 low\n5 five\n8:20 high\n",
        "NETWORKS": "127.0.0.0/8 eight\n127.0.0.1 one\n10.0.0.0/8 ten\n", "VALUES": "127.0.0.0/8 8\n10.0.0.1 9\n",
        "ADDRESSES": "a 192.0.2.1\nb 2001:db8::1\n",
    ]

    @Test(
        "maps find what they find there",
        arguments: [
            [
                "str(a),map(MIXED)", "str(b),map(MIXED)", "str(ab),map_str(MIXED)", "str(zz),map_str(MIXED,none)",
                "str(zz),map_str(MIXED)", "str(abc),map_beg(MIXED)", "str(xab),map_end(MIXED)",
                "str(xaby),map_sub(MIXED)", "str(x/ab/y),map_dir(MIXED)", "str(x.ab.y),map_dom(MIXED)",
            ],
            [
                "str(aaab),map_reg(EXPRESSIONS)", "str(xy),map_reg(EXPRESSIONS)", "str(aaab),map_regm(EXPRESSIONS)",
                "int(5),map_int(NUMBERS)", "int(15),map_int(NUMBERS)", "int(50),map_int(NUMBERS,none)",
                "src,map_ip(NETWORKS)", "ipv4(127.0.0.2),map_ip(NETWORKS)", "ipv4(192.0.2.1),map_ip(NETWORKS)",
            ],
            [
                "src,map_ip_int(VALUES)", "src,map_ip_int(VALUES),add(1)", "ipv4(192.0.2.1),map_ip_int(VALUES,7)",
                "str(a),map_str_ip(ADDRESSES)",
                "str(c),map_str_ip(ADDRESSES,192.0.2.9)", "str(b),map_str_ip(ADDRESSES)",
            ],
        ])
    func maps(expressions: [String]) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "maps-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in Self.maps { try Data(text.utf8).write(to: folder.appending(path: name)) }
        let named = expressions.map { expression in
            Self.maps.keys.reduce(expression) { $0.replacing("(\($1)", with: "(\(folder.path())/\($1)") }
        }
        try await values(expressions: named)
    }

    @Test(
        "what is refused there is refused here",
        arguments: [
            "str(a),sha2(100)", "str(a),digest(nope)", "str(a),hmac(sha256,foo)", "str(a),be2dec(.)",
            "str(a),be2hex(:)", "str(a),field(0,/)", "src,iif(a,b)", "str(a),json(x)", "str(a),url_enc(nope)",
            "str(a),regsub(x,y,q)", "int(5),add(nope)", "src,table_conn_cnt(nope)", "bin(6162),add(1)", "bin(61626g)",
            "bin()", "ipv4(1.2.3)", "be_server_timeout", "be_tunnel_timeout", "src_get_gpc(0)", "str(a),map_str(/nope)",
            "str(a),strcmp", "str(a),concat(a,b,c,d)", "str(a),hmac(sha1)", "str(a),crc32(x)", "fc_rtt(x)",
            "bool(true),ipmask(8)", "str(a),map_str_int(/dev/null,x)",
        ])
    func refusals(expression: String) throws {
        try #require(try HAProxy.isInstalled())
        let text = Self.file(with: expression)
        let parsed = ConfigurationReader.parse(text, file: "refused.cfg", instance: "refused", environment: [:])
        #expect(parsed.configuration == nil)
        #expect(!parsed.diagnostics.filter { $0.severity == .error }.isEmpty)
        #expect(try Self.haproxy(["-c", "-f", "/dev/stdin"], input: text).status != 0)
    }

    @Test("each name that HAProxy knows is known here, or refused by a reason", arguments: ["cnv", "smp"])
    func names(kind: String) throws {
        try #require(try HAProxy.isInstalled())
        let list = try Self.haproxy(["-dK\(kind)", "-q", "-c", "-f", "/dev/null"], input: "").output
        var names: [String] = []
        for line in list.split(separator: "\n") where !line.hasPrefix("#") {
            let entry = line.hasPrefix("[") ? line.drop { $0 != "]" }.dropFirst() : line
            let name = entry.drop { $0 == " " }.prefix { $0 != "(" && $0 != ":" }
            // HAProxy 2.6 lists one of that kind, for the place 1 alone; all others are 'sc_clr_gpc'.
            if !name.isEmpty, name != "sc1_clr_gpc" { names.append(String(name)) }
        }
        try #require(names.count > 100)
        var unknown: [String] = []
        for name in names {
            let expression = kind == "cnv" ? "str(a),\(name)" : name
            let parsed = ConfigurationReader.parse(
                Self.file(with: expression), file: "names.cfg", instance: "names", environment: [:])
            if parsed.diagnostics.contains(where: {
                $0.message.hasPrefix("there is no ") && $0.message.hasSuffix("' here")
            }) {
                unknown.append(name)
            }
        }
        #expect(unknown == [])
    }

    private static func file(with expression: String) -> String {
        """
        defaults
            mode tcp
            timeout client 5s
            timeout server 5s
            timeout connect 5s
        frontend f
            bind 127.0.0.1:5672
            tcp-request content set-var(txn.x) \(expression)
            default_backend b
        backend b
            server s 127.0.0.1:5673

        """
    }

    /// Runs HAProxy to its end.
    private static func haproxy(_ arguments: [String], input: String) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/sbin/haproxy")
        process.arguments = arguments
        let (given, told) = (Pipe(), Pipe())
        process.standardInput = given
        process.standardOutput = told
        process.standardError = FileHandle.nullDevice
        try process.run()
        try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try given.fileHandleForWriting.close()
        let output = try told.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
