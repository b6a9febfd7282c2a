import EventLoop
import Model
import Testing

@testable import AccessLog

@Suite("log-format")
struct TemplateLogRecordTests {
    /// A session as in the recordings of HAProxy that the lines here are taken from.
    private static let details: SessionLogDetails = {
        var details = SessionLogDetails(processID: 8963, loggedAt: session.acceptedAt, hostName: "vm")
        details.destination = LogPeer(host: "127.0.0.1", port: 9701)
        details.source = LogPeer(host: "127.0.0.1", port: 44472)
        details.serverAddress = LogPeer(host: "127.0.0.1", port: 9601)
        details.bytesFromClient = 5
        details.sessionNumber = 5
        details.lineNumber = 2
        details.frontendID = 2
        details.backendID = 3
        details.serverID = 1
        details.listenerName = "bindx"
        return details
    }()

    private static let session: SessionLogRecord = {
        var session = SessionLogRecord(
            client: LogPeer(host: "127.0.0.1", port: 54760),
            acceptedAt: localTime(2026, 11, 22, 17, 53, 43, milliseconds: 75), frontend: "plain", backend: "back")
        session.server = "s1"
        session.queueMilliseconds = 1
        session.connectMilliseconds = 3
        session.totalMilliseconds = 63
        session.bytesToClient = 5
        session.connections = LogConnectionCounts(instance: 1, frontend: 1)
        return session
    }()

    private static let variables: [LogVariable] = [
        .bytesToClient, .hostName, .uniqueID, .status, .connectTime, .dataTime, .handshakeTime, .totalTime,
        .totalTimeOfUser, .queueTime, .bytesFromClient, .instanceConnections, .backend, .backendConnections,
        .backendAddress, .backendPort, .backendQueue, .clientAddress, .clientPort, .frontend, .frontendConnections,
        .frontendAddress, .frontendPort, .frontendWithTransport, .lineCounter, .requestHeaders, .requestHeaderList,
        .responseHeaders, .responseHeaderList, .acceptMilliseconds, .processID, .retries, .sessionCounter, .server,
        .serverConnections, .serverAddress, .serverPort, .serverQueue, .tlsCiphers, .tlsVersion, .termination,
        .terminationWithCookie,
    ]

    private func line(
        _ parts: [LogTemplate.Part], _ change: (inout SessionLogRecord, inout SessionLogDetails) -> Void = { _, _ in }
    ) -> String {
        var (session, details) = (Self.session, Self.details)
        change(&session, &details)
        return rendered(TemplateLogRecord(template: LogTemplate(parts), session: session, details: details))
    }

    private func all(_ flags: LogTemplate.Flags) -> [LogTemplate.Part] {
        Self.variables.flatMap { variable -> [LogTemplate.Part] in
            [.blank, .text("\(variable.rawValue)="), .variable(variable, flags)]
        }
    }

    @Test("every variable as HAProxy writes it")
    func plain() {
        #expect(
            line(all([]))
                == """
                B=5 H=vm ID=- ST=0 Tc=3 Td=60 Th=0 Tt=63 Tu=63 Tw=1 U=5 ac=1 b=back bc=0 bi=127.0.0.1 bp=44472 bq=0 \
                ci=127.0.0.1 cp=54760 f=plain fc=1 fi=127.0.0.1 fp=9701 ft=plain lc=2 hr= hrl= hs= hsl= ms=075 pid=8963 \
                rc=0 rt=5 s=s1 sc=0 si=127.0.0.1 sp=9601 sq=0 sslc=- sslv=- ts=-- tsc=----
                """)
    }

    @Test("every variable with every flag")
    func flags() {
        #expect(
            line(all([.quoted, .hexadecimal, .escaped])) { session, _ in
                session.acceptedAt = session.acceptedAt.advanced(byMilliseconds: 32)
            }
                == """
                B=5 H="vm" ID="" ST=0 Tc=3 Td=60 Th=0 Tt=63 Tu=63 Tw=1 U=5 ac=1 b="back" bc=0 bi=7F000001 bp=ADB8 bq=0 \
                ci=7F000001 cp=D5E8 f="plain" fc=1 fi=7F000001 fp=25E5 ft="plain" lc=0002 hr= hrl= hs= hsl= ms=6B pid=2303 \
                rc=0 rt=0005 s="s1" sc=0 si=7F000001 sp=2581 sq=0 sslc="" sslv="" ts=-- tsc=----
                """)
    }

    @Test("a session without a server has no addresses and no times there")
    func noServer() {
        let parts: [LogTemplate.Part] = [
            .variable(.server, .quoted), .blank, .variable(.serverAddress, []), .blank,
            .variable(.serverAddress, [.quoted, .hexadecimal]), .blank, .variable(.backendPort, .hexadecimal), .blank,
            .variable(.backendPort, .quoted), .blank, .variable(.queueTime, []), .blank, .variable(.connectTime, []),
            .blank, .variable(.dataTime, []),
        ]
        let line = line(parts) { session, details in
            session.server = nil
            session.queueMilliseconds = nil
            session.connectMilliseconds = nil
            details.serverAddress = nil
            details.source = nil
        }
        #expect(line == #""<NOSRV>" - "" - "" -1 -1 -1"#)
    }

    @Test("IPv6 addresses have 32 hexadecimal digits, Unix sockets their number for a port")
    func addresses() {
        let parts: [LogTemplate.Part] = [
            .variable(.clientAddress, []), .blank, .variable(.clientAddress, .hexadecimal), .blank,
            .variable(.clientPort, .hexadecimal), .blank, .variable(.frontendAddress, .quoted), .blank,
            .variable(.frontendPort, []),
        ]
        let line = line(parts) { session, details in
            session.client = LogPeer(host: "::1", port: 57738)
            details.destination = .unix(listener: 1)
        }
        #expect(line == #"::1 00000000000000000000000000000001 E18A "unix" 1"#)
    }

    @Test("blanks that follow one another are one, and none begins a line")
    func blanks() {
        let parts: [LogTemplate.Part] = [
            .blank, .text("a"), .blank, .variable(.requestHeaders, []), .blank, .text("b"), .blank,
        ]
        #expect(line(parts) == "a b ")
    }

    @Test("an early line has a + before what will grow")
    func early() {
        let parts: [LogTemplate.Part] = [
            .variable(.bytesToClient, []), .blank, .variable(.bytesFromClient, []), .blank, .variable(.totalTime, []),
            .blank, .variable(.totalTimeOfUser, []), .blank, .variable(.dataTime, []),
        ]
        #expect(line(parts) { session, _ in session.isEarly = true } == "+5 5 +63 +63 60")
    }

    @Test("escaping puts a backslash before quotation marks, backslashes and closing brackets")
    func escaping() {
        let sample = SampleExpression(.constant(.text(#"a"\]b"#)))
        #expect(
            line([.sample(sample, [.quoted, .escaped]), .blank, .sample(sample, [])]) == #""a\"\\\]b" a"\]b"#)
    }

    @Test("a session's id is made of its own format, and knows no id itself")
    func uniqueID() {
        let parts: [LogTemplate.Part] = [
            .variable(.uniqueID, []), .blank, .sample(SampleExpression(.uniqueID), .quoted),
        ]
        let line = line(parts) { _, details in
            details.uniqueID = LogTemplate([
                .variable(.clientAddress, .hexadecimal), .text(":"), .variable(.clientPort, .hexadecimal), .text("_"),
                .variable(.sessionCounter, .hexadecimal), .text(":"), .variable(.uniqueID, []),
            ])
        }
        #expect(line == #"7F000001:D5E8_0005:- "7F000001:D5E8_0005:-""#)
    }

    @Test("variables of HTTP tell of the request where one was read, and that they don't know it elsewhere")
    func request() {
        let variables: [LogVariable] = [
            .method, .uri, .path, .query, .httpVersion, .requestLine, .status, .requestTime, .responseTime,
        ]
        let parts = variables.flatMap { [LogTemplate.Part.variable($0, []), .blank] }
        #expect(line(parts) == "<BADREQ> <BADREQ> <BADREQ> - <BADREQ> <BADREQ> 0 -1 -1 ")
        let known = line(parts) { _, details in
            details.request = RequestLogDetails(
                line: "GET /stats;csv?x=\u{7}1 HTTP/1.1", status: 200, milliseconds: 4, isAnswered: true)
        }
        #expect(
            known == "GET /stats;csv?x=#071 /stats;csv ?x=\u{7}1 HTTP/1.1 GET /stats;csv?x=#071 HTTP/1.1 200 4 0 ")
    }

    @Test("what waits for a session's end, and what has to be looked up")
    func properties() {
        func template(_ variables: LogVariable...) -> LogTemplate { LogTemplate(variables.map { .variable($0, []) }) }
        #expect(!template(.clientAddress, .server, .terminationWithCookie).waitsForEnd)
        #expect(template(.clientAddress, .retries).waitsForEnd)
        #expect(template(.clientAddress).needs == [])
        #expect(template(.frontendPort, .backendAddress).needs == [.destination, .source])
        #expect(template(.sessionCounter, .uniqueID).needs == [.sessionNumber, .uniqueID])
        #expect(LogTemplate([.sample(SampleExpression(.destination), [])]).needs == .destination)
    }
}
