import AccessLog
import Configuration
import Model
import Synchronization

/// Writes the log lines of one statistics address, as its proxy's configuration has them.
final class RequestLog: Sendable {
    private struct Sending: ~Copyable {
        let sender: LogSender
        let route: LogRoute
        /// Lines so far.
        var lines = 0
    }

    private let proxy: ProxyConfiguration
    private let processID: Int32
    // Owner: the mutex; used by the event loops of the address's connections. Sending never waits, so neither do they.
    private let sending: Mutex<Sending>

    /// Prepares to log.
    ///
    /// - Parameters:
    ///   - proxy: the proxy with the statistics.
    ///   - tag: the program's name in each line (`log-tag`).
    ///   - processID: the process's number in each line.
    ///   - hostName: the host's name in lines whose format has one.
    ///   - rings: the rings that lines may go to, which are the worker's.
    ///   - handOver: takes lines for them.
    init(
        proxy: ProxyConfiguration, tag: String, processID: Int32, hostName: String?,
        rings: [LogRingConfiguration] = [], handOver: @escaping LogRings.HandOver = { _, _ in }
    ) {
        self.proxy = proxy
        self.processID = processID
        let sender = LogSender(tag: tag, processID: processID, hostName: hostName, rings: .elsewhere(rings, handOver))
        let route = sender.route(to: proxy.logTargets)
        sending = Mutex(Sending(sender: sender, route: route))
    }

    /// Logs what became of a request.
    ///
    /// - Parameters:
    ///   - outcome: what became of it.
    ///   - client: who sent it.
    ///   - local: the address that it came to.
    func write(_ outcome: RequestOutcome, from client: LogPeer, to local: LogPeer) {
        let now = Moment.now.wall
        var session = session(outcome, from: client)
        let isError = outcome.status >= 500 || ![.normal, .local].contains(session.termination.cause)
        if proxy.logging.omitsNormal && !isError && proxy.logFormat != .plain { return }
        if proxy.logging.separatesErrors && isError { session.level = .err }
        session.isEarly = proxy.logging.isEarly
        let connect = ConnectLogRecord(client: client, destination: local, frontend: proxy.name, isHTTP: true)
        sending.withLock { sending in
            switch proxy.logFormat {
            case .http: sending.sender.send(Self.http(outcome, session), along: sending.route, at: now)
            case .tcp: sending.sender.send(session, along: sending.route, at: now)
            case .plain: sending.sender.send(connect, along: sending.route, at: now)
            case .custom(let template):
                let details = details(outcome, session, at: local, now: now, lines: sending.lines)
                let record = TemplateLogRecord(template: template, session: session, details: details)
                sending.sender.send(record, along: sending.route, at: now)
            }
            sending.lines += 1
        }
    }

    private func details(
        _ outcome: RequestOutcome, _ session: SessionLogRecord, at local: LogPeer, now: Timestamp, lines: Int
    ) -> SessionLogDetails {
        var details = SessionLogDetails(processID: processID, loggedAt: now)
        details.destination = local
        details.frontendID = proxy.id
        details.backendID = proxy.id
        details.sessionNumber = lines
        details.lineNumber = lines
        details.uniqueID = proxy.logging.uniqueID
        details.request = RequestLogDetails(
            line: outcome.line, status: outcome.status, milliseconds: outcome.requestMilliseconds,
            isAnswered: session.server != nil)
        return details
    }

    private func session(_ outcome: RequestOutcome, from client: LogPeer) -> SessionLogRecord {
        var record = SessionLogRecord(
            client: client, acceptedAt: outcome.began, frontend: proxy.name, backend: proxy.name)
        record.totalMilliseconds = outcome.totalMilliseconds
        record.bytesToClient = outcome.bytesOut
        record.termination = Self.termination(outcome.ending)
        record.connections = LogConnectionCounts(instance: outcome.connections, frontend: outcome.connections)
        if outcome.answerer != .nobody {
            (record.server, record.queueMilliseconds, record.connectMilliseconds) = (outcome.answerer.name, 0, 0)
        }
        return record
    }

    private static func http(_ outcome: RequestOutcome, _ session: SessionLogRecord) -> HTTPLogRecord {
        HTTPLogRecord(
            session: session, answerer: outcome.answerer,
            requestMilliseconds: outcome.requestMilliseconds, status: outcome.status, requestLine: outcome.line)
    }

    /// The two characters for how a request ended.
    ///
    /// - Source: recorded from HAProxy 2.6.12.
    private static func termination(_ ending: RequestOutcome.Ending) -> TerminationState {
        switch ending {
        case .answered: TerminationState(.local, .request)
        case .notServed: TerminationState(.server, .connect)
        case .malformed, .forbidden: TerminationState(.proxy, .request)
        case .abandoned: TerminationState(.client, .request)
        case .tooSlow: TerminationState(.clientTimeout, .request)
        case .unread: TerminationState(.client, .data)
        case .readTooSlowly: TerminationState(.clientTimeout, .data)
        }
    }
}
