import AccessLog
import Configuration
import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOCore
import NIOHTTP1

/// Serves one statistics address over HTTP.
struct StatisticsChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    /// Most bytes of one header field, and of a request's target.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `tune.bufsize`, default, in which a request must fit.
    static let longestHead = 16_384
    /// Most header fields of one request.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `tune.http.maxhdr`, default.
    static let mostHeaders = 101
    /// How long a silent client is borne with where the configuration sets no `timeout client`.
    static let fallbackTimeout = Duration.seconds(60)

    private let http: HTTP1Channel
    private let rules: HTTPExchangeHandler.Rules
    private let counters: HTTPFrontendCounters
    private let traffic: SurfaceTraffic

    /// Prepares to serve.
    ///
    /// - Parameters:
    ///   - proxy: the proxy with the statistics.
    ///   - responder: what answers.
    ///   - counters: where connections and requests are counted.
    ///   - log: where requests are logged.
    ///   - traffic: where all connections of the instance's surfaces are counted.
    init(
        proxy: ProxyConfiguration, responder: StatisticsResponder, counters: HTTPFrontendCounters, log: RequestLog,
        traffic: SurfaceTraffic
    ) {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: Self.longestHead, maxHeaderListSize: Self.longestHead,
            maxHeaderFieldCount: Self.mostHeaders)
        http = HTTP1Channel(
            responder: { request, writer, channel in
                try await responder.respond(to: request, from: channel.remoteAddress?.ipAddress, writer)
            },
            configuration: .init(httpDecoderConfiguration: decoder))
        rules = HTTPExchangeHandler.Rules(
            timeout: TimeAmount(proxy.timeouts.client ?? Self.fallbackTimeout),
            ignoresNullConnections: proxy.ignoresNullSessions, answerer: responder.site.answerer
        ) { outcome, channel in
            let (client, local) = (channel.remoteAddress, channel.localAddress)
            log.write(
                outcome, from: LogPeer(host: client?.ipAddress, port: client?.port),
                to: LogPeer(host: local?.ipAddress, port: local?.port))
        }
        self.counters = counters
        self.traffic = traffic
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let (rules, counters, traffic) = (rules, counters, traffic)
        return http.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let wire = WireTally(counters: counters)
            try pipeline.addHandlers(SurfaceTrafficHandler(traffic, for: .statistics), wire, position: .first)
            let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self).handler
            try pipeline.addHandlers(
                HTTPServerPipelineHandler(), HTTPExchangeHandler(rules: rules, wire: wire, counters: counters),
                position: .after(decoder))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
