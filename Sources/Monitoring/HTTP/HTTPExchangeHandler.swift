import AccessLog
import Model
import NIOCore
import NIOHTTP1

/// Watches over one client connection of a statistics address: time limits, broken requests, counters, log lines.
///
/// Stands between the HTTP decoder, which gives it one request at a time, and Hummingbird, which answers. What it has to
/// decide, by state:
///
/// | state | request head | body | broken request | client closes | time is up | answer's end |
/// |---|---|---|---|---|---|---|
/// | waiting for the first | answering | - | 400 | 400 | 408 | - |
/// | waiting for another | answering | dropped | 400 | 400 if begun | 408 if begun | - |
/// | answering | - | passed on, bounded | 400 after it | goes on | closes | waiting or closing |
/// | closing | dropped | dropped | dropped | - | closes | - |
///
/// Lives on the connection's event loop, and nobody else touches it.
final class HTTPExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Most bytes of a request's body, of which forms need less; a client that sends more is cut off.
    static let longestBody = 65_536
    /// How long a client may take to close after the last answer.
    static let lingering = TimeAmount.seconds(2)

    /// What the handler is told about its address.
    struct Rules: Sendable {
        /// How long a request may take to arrive, a connection may be idle, and an answer may take to be read.
        var timeout: TimeAmount
        /// Whether connections without a byte leave no line.
        var ignoresNullConnections: Bool
        /// Who answers a request with this method and target.
        var answerer: @Sendable (_ method: String, _ target: String) -> HTTPLogRecord.Answerer
        /// Takes what became of each request; called on the event loop.
        var report: @Sendable (RequestOutcome, (any Channel)) -> Void
    }

    private enum State {
        case waiting(isFirst: Bool)
        case answering(HTTPRequestHead, arrived: Moment)
        case closing
    }

    private let rules: Rules
    private let wire: WireTally
    private let counters: HTTPFrontendCounters
    private let acceptedAt = Moment.now
    private var state = State.waiting(isFirst: true)
    private var deadline: Scheduled<Void>?
    private var bodyBytes = 0
    private var status = 0
    private var keepsAlive = true
    private var isTimeUp = false

    init(rules: Rules, wire: WireTally, counters: HTTPFrontendCounters) {
        self.rules = rules
        self.wire = wire
        self.counters = counters
    }

    func handlerAdded(context: ChannelHandlerContext) {
        counters.update { counts in
            counts.currentSessions += 1
            counts.totalSessions += 1
            counts.sessionRate.count(atNanoseconds: Self.monotonicNanoseconds)
            counts.maxSessions = max(counts.maxSessions, counts.currentSessions)
            counts.maxSessionsSinceSample = max(counts.maxSessionsSinceSample, counts.currentSessions)
        }
        schedule(rules.timeout, context)
    }

    // MARK: What the client does

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (_, .closing): break
        case (.head(let head), .waiting), (.head(let head), .answering):
            guard head.method != .CONNECT else { return refuse(.malformed, context) }
            state = .answering(head, arrived: .now)
            (bodyBytes, keepsAlive) = (0, head.isKeepAlive)
            schedule(rules.timeout, context)
            context.fireChannelRead(data)
        case (.body(let bytes), .waiting), (.body(let bytes), .answering):
            bodyBytes += bytes.readableBytes
            if bodyBytes > Self.longestBody { return context.close(promise: nil) }
            context.fireChannelRead(data)
        case (.end, .waiting), (.end, .answering): context.fireChannelRead(data)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.fireErrorCaught(error) }
        switch state {
        case .waiting: refuse(.malformed, context)
        case .answering: context.close(promise: nil)
        case .closing: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            switch state {
            case .waiting(let isFirst) where isFirst || wire.requestBegan != nil: refuse(.abandoned, context)
            case .waiting, .answering, .closing: break
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        switch state {
        case .waiting where wire.requestBegan != nil: finish(outcome(.abandoned, status: 400).outcome, context)
        case .answering: finish(outcome(isTimeUp ? .readTooSlowly : .unread, status: status).outcome, context)
        case .waiting, .closing: break
        }
        state = .closing
        counters.update { $0.currentSessions -= 1 }
        context.fireChannelInactive()
    }

    // MARK: What the answer does

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .answering(let request, _) = state else { return context.write(data, promise: promise) }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            status = Int(head.status.code)
            // In small letters, as HAProxy writes them.
            head.headers = HTTPHeaders(head.headers.map { ($0.name.lowercased(), $0.value) })
            if !keepsAlive {
                head.headers.replaceOrAdd(name: "connection", value: "close")
            } else if request.version == .http1_0 {
                head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end: writeEnd(of: request, data, promise, context)
        }
    }

    /// Passes an answer's end on, after which the next request may come at once; the answer is reported when it has gone out.
    private func writeEnd(
        of request: HTTPRequestHead, _ data: NIOAny, _ promise: EventLoopPromise<Void>?,
        _ context: ChannelHandlerContext
    ) {
        let answerer = rules.answerer(request.method.rawValue, request.uri)
        let isForbidden = status == HTTPResponseStatus.forbidden.code
        let (outcome, began) = outcome(
            isForbidden ? .forbidden : answerer == .nobody ? .notServed : .answered, status: status)
        wire.expectRequest()
        let isLast = !keepsAlive
        state = isLast ? .closing : .waiting(isFirst: false)
        let written = promise ?? context.eventLoop.makePromise()
        let confined = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        written.futureResult.whenComplete { result in
            let (handler, context) = confined.value
            var outcome = outcome
            outcome.totalMilliseconds = Moment.now.milliseconds(since: began)
            if case .failure = result { outcome.ending = handler.isTimeUp ? .readTooSlowly : .unread }
            handler.finish(outcome, context)
            if isLast { handler.closeAfterAnswer(context) }
        }
        schedule(rules.timeout, context)
        context.write(data, promise: written)
    }

    // MARK: What time does

    private func schedule(_ delay: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: delay) { self.timeIsUp(context) }
    }

    private func timeIsUp(_ context: ChannelHandlerContext) {
        switch state {
        case .waiting(let isFirst) where isFirst || wire.requestBegan != nil: refuse(.tooSlow, context)
        case .waiting, .closing, .answering:
            isTimeUp = true
            context.close(promise: nil)
        }
    }

    // MARK: Ends

    /// Answers what was not understood, and closes.
    private func refuse(_ ending: RequestOutcome.Ending, _ context: ChannelHandlerContext) {
        finish(outcome(ending, status: ending == .tooSlow ? 408 : 400).outcome, context)
        wire.send(ending == .tooSlow ? PlainAnswer.wholeTooSlow : PlainAnswer.wholeMalformed)
        closeAfterAnswer(context)
    }

    /// Ends our side, so that the client reads to the end, and gives it a moment to close its own.
    private func closeAfterAnswer(_ context: ChannelHandlerContext) {
        state = .closing
        wire.dropInput()
        schedule(Self.lingering, context)
        context.close(mode: .output, promise: nil)
        // Reading rests while an answer is awaited; from here on it only looks for the client's end.
        context.read()
    }

    /// What became of the request that the state is about, and when it began.
    private func outcome(_ ending: RequestOutcome.Ending, status: Int) -> (outcome: RequestOutcome, began: Moment) {
        var began = wire.requestBegan ?? acceptedAt
        var outcome = RequestOutcome(
            began: began.wall, ending: ending, status: status, totalMilliseconds: 0, bytesOut: 0,
            connections: counters.read().currentSessions, isNull: wire.requestBegan == nil)
        if case .answering(let request, let arrived) = state {
            // A request that came in one piece with the one before it has no first byte of its own.
            began = wire.requestBegan ?? arrived
            outcome.began = began.wall
            outcome.isNull = false
            outcome.answerer = rules.answerer(request.method.rawValue, request.uri)
            outcome.requestMilliseconds = arrived.milliseconds(since: began)
            outcome.line = "\(request.method.rawValue) \(request.uri) \(request.version)"
            outcome.bytesOut = wire.bytesOut
        }
        outcome.totalMilliseconds = Moment.now.milliseconds(since: began)
        return (outcome, began)
    }

    /// The clock by which workers measure too.
    private static var monotonicNanoseconds: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

    /// Counts a request and reports it.
    private func finish(_ outcome: RequestOutcome, _ context: ChannelHandlerContext) {
        counters.update { counts in
            counts.count(outcome)
            counts.requestRate.count(atNanoseconds: Self.monotonicNanoseconds)
        }
        if !outcome.isNull || !rules.ignoresNullConnections { rules.report(outcome, context.channel) }
    }
}

extension HTTPFrontendCounters.Counts {
    /// Counts one request.
    ///
    /// - Parameter outcome: what became of it.
    mutating func count(_ outcome: RequestOutcome) {
        totalRequests += 1
        lastRequestAt = outcome.began.advanced(byMilliseconds: Int64(outcome.totalMilliseconds))
        if outcome.isRequestError { requestErrors += 1 }
        if outcome.ending == .forbidden { deniedRequests += 1 }
        if outcome.ending != .notServed, !outcome.isRequestError { interceptedRequests += 1 }
        let kind = outcome.status / 100 - 1
        responses.byClass[(0..<5).contains(kind) ? kind : 5] += 1
    }
}
