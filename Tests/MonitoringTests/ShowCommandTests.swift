import Configuration
import Model
import Testing

@testable import Monitoring

@Suite("What the show commands print")
struct ShowCommandTests {
    @Test(
        "spans have their two largest units",
        arguments: [
            (nil, ""), (0, "0s"), (999, "0s"), (59_999, "59s"), (120_000, "2m"), (125_000, "2m5s"), (3_600_000, "1h"),
            (3_900_000, "1h5m"), (86_400_000, "1d"), (97_200_000, "1d3h"),
        ])
    func humanTime(milliseconds: Int64?, expected: String) {
        #expect(HumanTime.text(milliseconds) == expected)
    }

    @Test("a session's name is read as it is written, and as C reads numbers")
    func sessionIdentifier() {
        let identifier = SessionIdentifier(slot: 7, generation: 3)
        #expect(identifier.description == "0x300000007")
        #expect(SessionIdentifier("0x300000007") == identifier)
        #expect(SessionIdentifier("12884901895") == identifier)
        #expect(SessionIdentifier("0x300000007,").slot == 7)
        // As a line of `show sess` begins.
        #expect(SessionIdentifier("0x300000007:") == identifier)
        #expect(SessionIdentifier(identifier.description).generation == 3)
        for text in ["", "all", "0", "0x", "x7", "-1", "0xfffffffffffffffff"] {
            #expect(SessionIdentifier(text).rawValue == 0, "\(text)")
        }
    }

    @Test("a session is told in HAProxy's line")
    func sessionLine() {
        var session = SessionSnapshot(SessionIdentifier(slot: 1, generation: 2), phase: .established)
        session.clientHost = "127.0.0.1"
        session.clientPort = 43_282
        session.server = "s1"
        session.ageMilliseconds = 1_500
        session.idleMilliseconds = 500
        session.limitMilliseconds = 49_500
        session.clientDescriptor = 14
        session.serverDescriptor = 15
        session.upload.pending = 3
        #expect(
            Self.view.line(of: session)
                == "0x200000001: proto=tcpv4 src=127.0.0.1:43282 fe=shop be=shop srv=s1 ts=00 epoch=0 age=1s calls=0 "
                + "rate=0 cpu=0 lat=0 rq[f=0h,i=3,an=00h,rx=59s,wx=,ax=] rp[f=0h,i=0,an=00h,rx=49s,wx=,ax=] "
                + "scf=[8,0h,fd=14] scb=[8,1h,fd=15] exp=49s rc=0 c_exp=\n")
        #expect(Self.view.details(of: session).contains("\n  frontend=shop (id=2 mode=tcp), listener=? (id=1) addr="))
    }

    @Test("a session that connects tells how long it may")
    func connectingSession() {
        var session = SessionSnapshot(SessionIdentifier(slot: 1, generation: 1), phase: .connecting)
        session.limitMilliseconds = 29_700
        session.retries = 2
        let line = Self.view.line(of: session)
        #expect(line.contains(" proto=unix_stream src=unix:1 fe=shop be=shop srv=<none> "))
        #expect(line.contains("rx=,wx=,ax=] rp[f=0h,i=0,an=00h,rx=,"))
        #expect(line.hasSuffix(" scf=[8,0h,fd=-1] scb=[5,1h,fd=-1] exp=29s rc=2 c_exp=29s\n"))
    }

    @Test("typed fields have their meanings, and JSON says the same")
    func typed() throws {
        let rows = StatisticsRow.rows(of: SnapshotFixtures.warrenOnBackup)
        let lines = rows.map { TypedStatistics(isDescribed: true).lines(of: $0) }
        #expect(lines[0].hasPrefix("F.2.0.0.pxname.1:KNS:str:rabbitmq_warren:\"Proxy name\"\n"))
        #expect(lines[1].contains("\nS.2.1.19.act.1:SGP:u32:1:\"Total number of active UP servers"))
        #expect(lines[3].contains("\nB.2.0.33.rate.1:MGP:u32:"))
        #expect(lines[3].contains("\nB.2.0.103.ssl_sess.1:MCP:u64:0:"))
        let known = Set(StatisticsTable.fields.map(\.name)).subtracting(["-", "src_ilim"])
        #expect(known.subtracting(StatisticsMeanings.byName.keys).isEmpty)
        let json = TypedStatistics().json(of: [rows[1]])
        #expect(
            json.hasPrefix(
                #"[[{"objType":"Server","proxyId":2,"id":1,"field":{"pos":0,"name":"pxname"},"processNum":1,"tags":{"#
                    + #""origin":"Key","nature":"Name","scope":"Service"},"value":{"type":"str","value":"rabbitmq_w"#))
        #expect(json.hasSuffix("}]]\n"))
    }

    @Test("text in JSON is escaped")
    func escapes() {
        #expect(JSONText.escaped("a\"b\\c\n\u{1}é") == #"a\"b\\c\n\u0001é"#)
    }

    @Test("information has HAProxy's numbers, also where fields are missing")
    func information() {
        let process = ProcessInformation(version: "1")
        var snapshot = SnapshotFixtures.warrenOnBackup
        snapshot.uptimeMilliseconds = 23_450
        let typed = TypedInformation(fields: process.fields(of: snapshot)).typed
        #expect(typed.contains("\n8.Uptime_sec.1:MDP:u32:23\n"))
        #expect(typed.contains("\n47.Tasks.1:MGP:u32:"))
        #expect(typed.hasSuffix("\n71.Tainted.1:SGP:str:0\n"))
        let fractional = TypedInformation(
            fields: process.fields(of: snapshot, isFractional: true), isFractional: true, isDescribed: true)
        #expect(fractional.typed.contains("\n8.Uptime_sec.1:MDP:flt:23.45:\"How long ago"))
        #expect(fractional.plain.hasPrefix("Name: supervise:\"Product name\"\n"))
    }

    @Test("loaded objects are those with code, from their first byte to their last")
    func loadedObjects() {
        let maps = """
            55d0a000-55d0c000 r--p 00000000 08:01 12   /usr/bin/a program
            55d0c000-55d0f000 r-xp 00002000 08:01 12   /usr/bin/a program
            7f000000-7f001000 r--p 00000000 08:01 13   /usr/share/data
            7f100000-7f101000 r-xp 00000000 08:01 14   /lib/x.so
            7ffd0000-7ffd1000 r-xp 00000000 00:00 0    [vdso]
            7ffd2000-7ffd3000 rw-p 00000000 00:00 0
            """
        #expect(
            LoadedObject.all(in: maps).map(\.description) == [
                "0x55d0a000-0x55d0efff (0x0005000) /usr/bin/a program", "0x7f100000-0x7f100fff (0x0001000) /lib/x.so",
            ])
    }

    @Test("a server's state line has HAProxy's numbers")
    func serverState() {
        var server = ServerSnapshot(name: "s1", id: 1, address: "127.0.0.1:80")
        server.isChecked = true
        server.rise = 2
        server.fall = 3
        server.operational = .down
        server.lastCheck = CheckResult(status: .layer4Error)
        var state = ServerStateSnapshot(server, backend: "shop", backendID: 2)
        state.host = "127.0.0.1"
        state.port = 80
        #expect(
            ServerStateLine(of: state).text
                == "2 shop 1 s1 127.0.0.1 0 0 1 1 0 8 2 0 6 0 0 0 - 80 - 0 0 - - 0\n")
        state.server.administrative = .maint
        state.isDisabledInFile = true
        #expect(ServerStateLine(of: state).text.hasPrefix("2 shop 1 s1 127.0.0.1 0 5 1 1 0 8 2 0 14 "))
        // What the file says stays to be seen.
        state.server.administrative = .ready
        #expect(ServerStateLine(of: state).text.hasPrefix("2 shop 1 s1 127.0.0.1 0 4 "))
        state.server.administrative = .maint
        state.isDisabledInFile = false
        state.server.isMaintenanceInherited = true
        #expect(ServerStateLine(of: state).text.hasPrefix("2 shop 1 s1 127.0.0.1 0 2 "))
    }

    private static var view: SessionView {
        let location = SourceLocation(file: "a.cfg", line: 1, column: 1)
        var proxy = ProxyConfiguration(name: "shop", id: 2, kind: .listen, maxconn: 10, location: location)
        proxy.timeouts.client = .seconds(60)
        proxy.timeouts.server = .seconds(50)
        var configuration = InstanceConfiguration(name: "a", file: "a.cfg")
        configuration.proxies = [proxy]
        return SessionView(configuration: configuration)
    }
}
