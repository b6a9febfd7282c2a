import Model
import Testing

@testable import AccessLog

@Suite("Session lines")
struct SessionLogRecordTests {
    private func peer(_ address: String, _ port: Int) -> LogPeer { LogPeer(host: address, port: port) }

    private func record(_ client: LogPeer, at: Timestamp, in proxy: String) -> SessionLogRecord {
        SessionLogRecord(client: client, acceptedAt: at, frontend: proxy, backend: proxy)
    }

    @Test("the seed's sample line comes out field for field")
    func sample() {
        var record = record(
            peer("127.0.0.1", 53708), at: localTime(2017, 8, 11, 10, 7, 3, milliseconds: 42),
            in: "rabbitmq_cluster")
        record.server = "rabbit_2"
        record.queueMilliseconds = 1
        record.connectMilliseconds = 0
        record.totalMilliseconds = 299
        record.bytesToClient = 572
        record.termination = TerminationState(.server, .data)
        record.connections = LogConnectionCounts(instance: 2, frontend: 2, backend: 2, server: 0)
        #expect(
            rendered(record)
                == "127.0.0.1:53708 [11/Aug/2017:10:07:03.042] rabbitmq_cluster rabbitmq_cluster/rabbit_2 1/0/299 572 SD 2/2/2/0/0 0/0"
        )
    }

    @Test("a session without a server has <NOSRV> and -1 for what did not happen")
    func noServer() {
        var record = record(
            peer("127.0.0.1", 58582), at: localTime(2026, 11, 22, 12, 55, 58, milliseconds: 10),
            in: "rabbitmq_cluster")
        record.termination = TerminationState(.server, .connect)
        record.connections = LogConnectionCounts(instance: 1, frontend: 1)
        #expect(
            rendered(record)
                == "127.0.0.1:58582 [22/Nov/2026:12:55:58.010] rabbitmq_cluster rabbitmq_cluster/<NOSRV> -1/-1/0 0 SC 1/1/0/0/0 0/0"
        )
    }

    @Test("a failed connection has its wait and its retries, a redispatched one a plus")
    func retries() {
        var record = record(
            peer("127.0.0.1", 44452), at: localTime(2026, 11, 22, 12, 39, 4, milliseconds: 644),
            in: "rabbitmq_warren")
        record.server = "rabbit_backup"
        record.queueMilliseconds = 3007
        record.connectMilliseconds = 0
        record.totalMilliseconds = 3108
        record.bytesToClient = 508
        record.termination = TerminationState(.server, .data)
        record.connections = LogConnectionCounts(instance: 1, frontend: 1)
        record.retries = 3
        record.isRedispatched = true
        #expect(
            rendered(record)
                == "127.0.0.1:44452 [22/Nov/2026:12:39:04.644] rabbitmq_warren rabbitmq_warren/rabbit_backup 3007/0/3108 508 SD 1/1/0/0/+3 0/0"
        )
    }

    @Test("a session that waited shows how many were served before it")
    func queues() {
        var record = record(peer("10.0.1.2", 33313), at: localTime(2026, 1, 2, 3, 4, 5), in: "p")
        record.server = "s"
        record.queueMilliseconds = 70
        record.connectMilliseconds = 5
        record.totalMilliseconds = 5007
        record.serverQueue = 3
        record.backendQueue = 12
        #expect(rendered(record) == "10.0.1.2:33313 [02/Jan/2026:03:04:05.000] p p/s 70/5/5007 0 -- 0/0/0/0/0 3/12")
    }

    @Test("IPv6 clients come without brackets, Unix clients with their listener's number")
    func otherClients() {
        let at = localTime(2026, 11, 22, 14, 58, 10, milliseconds: 872)
        #expect(
            rendered(record(peer("::1", 33664), at: at, in: "tcpl")).hasPrefix(
                "::1:33664 [22/Nov/2026:14:58:10.872] "))
        #expect(
            rendered(record(.unix(listener: 3), at: at, in: "tcpl")).hasPrefix("unix:3 [22/Nov/2026:14:58:10.872] "))
    }

    @Test("a client that has no address text counts as one of a Unix socket")
    func noAddress() {
        #expect(LogPeer(host: nil, port: nil) == .unix(listener: 1))
        #expect(LogPeer(host: "not an address", port: 1) == .unix(listener: 1))
    }

    @Test("a statistics request leaves httplog's line")
    func statistics() {
        var session = record(
            peer("127.0.0.1", 44586), at: localTime(2026, 11, 22, 12, 38, 50, milliseconds: 903),
            in: "private_monitoring")
        session.bytesToClient = 19715
        session.termination = TerminationState(.local, .request)
        session.connections = LogConnectionCounts(instance: 1, frontend: 1)
        let record = HTTPLogRecord(
            session: session, answerer: .statistics, requestMilliseconds: 0, status: 200,
            requestLine: "GET /stats HTTP/1.1")
        #expect(
            rendered(record)
                == "127.0.0.1:44586 [22/Nov/2026:12:38:50.903] private_monitoring private_monitoring/<STATS> 0/0/0/0/0 200 19715 - - LR-- 1/1/0/0/0 0/0 \"GET /stats HTTP/1.1\""
        )
    }

    @Test("a request for something else, and one that is no request, leave httplog's line")
    func otherRequests() {
        var session = record(peer("127.0.0.1", 49202), at: localTime(2026, 11, 22, 14, 58, 11), in: "http")
        session.bytesToClient = 217
        session.termination = TerminationState(.server, .connect)
        let other = HTTPLogRecord(
            session: session, answerer: .nobody, requestMilliseconds: 0, status: 503,
            requestLine: "GET /other HTTP/1.0")
        #expect(
            rendered(other).hasSuffix(
                "] http http/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 0/0/0/0/0 0/0 \"GET /other HTTP/1.0\""))
        session.bytesToClient = 0
        session.termination = TerminationState(.proxy, .request)
        let bad = HTTPLogRecord(
            session: session, answerer: .nobody, requestMilliseconds: nil, status: 400, requestLine: nil)
        #expect(
            rendered(bad).hasSuffix("] http http/<NOSRV> -1/-1/-1/-1/0 400 0 - - PR-- 0/0/0/0/0 0/0 \"<BADREQ>\""))
    }

    @Test("a request can't forge a second line or end its quotation marks")
    func escaping() {
        let session = record(.unix(listener: 1), at: localTime(2026, 11, 22, 14, 58, 11), in: "http")
        let record = HTTPLogRecord(
            session: session, answerer: .nobody, requestMilliseconds: 0, status: 503,
            requestLine: "GET /\"#\n\u{7F}é{|} HTTP/1.0")
        #expect(rendered(record).hasSuffix(" \"GET /#22#23#0A#7F#C3#A9{|} HTTP/1.0\""))
    }

    @Test("without a log format, a connection leaves a line at its beginning")
    func plain() {
        let client = peer("127.0.0.1", 46856)
        let destination = peer("127.0.0.1", 51073)
        let tcp = ConnectLogRecord(client: client, destination: destination, frontend: "plain", isHTTP: false)
        #expect(rendered(tcp) == "Connect from 127.0.0.1:46856 to 127.0.0.1:51073 (plain/TCP)")
        let http = ConnectLogRecord(client: client, destination: destination, frontend: "web", isHTTP: true)
        #expect(rendered(http) == "Connect from 127.0.0.1:46856 to 127.0.0.1:51073 (web/HTTP)")
        let unix = ConnectLogRecord(
            client: .unix(listener: 3), destination: .unix(listener: 3), frontend: "plain", isHTTP: false)
        #expect(rendered(unix) == "Connect to unix:3 (plain/TCP)")
    }

    @Test("every cause and every phase has a letter of its own")
    func letters() {
        #expect(
            TerminationCause.allCases.map { TerminationState($0, .data).description }.joined(separator: " ")
                == "-D CD SD PD LD RD ID DD UD KD MD AD cD sD")
        #expect(
            TerminationPhase.allCases.map { TerminationState(.client, $0).description }.joined(separator: " ")
                == "C- CR CQ CC CH CD CL CT")
    }

    @Test("the first and the last moment of a day keep their zeros")
    func dates() {
        let record = record(.unix(listener: 1), at: localTime(2026, 1, 1, 0, 0, 0, milliseconds: 7), in: "p")
        #expect(rendered(record).hasPrefix("unix:1 [01/Jan/2026:00:00:00.007] "))
        let last = self.record(.unix(listener: 1), at: localTime(2025, 12, 31, 23, 59, 59, milliseconds: 999), in: "p")
        #expect(rendered(last).hasPrefix("unix:1 [31/Dec/2025:23:59:59.999] "))
    }
}
