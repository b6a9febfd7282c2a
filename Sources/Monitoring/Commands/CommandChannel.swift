import Configuration
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// Serves one stats socket: commands in, answers out, each answer ended by an empty line.
///
/// A connection is closed once all that the client sent is answered, unless it asked for a prompt. A client that half-closes
/// after its command still gets the answer.
struct CommandChannel: ServerChildChannel {
    typealias Value = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// What commands may know and ask.
    let context: CommandContext
    /// Where all connections of the instance's surfaces are counted.
    let traffic: SurfaceTraffic
    /// What a new connection begins as.
    let beginning: CommandSession
    /// How long a connection may be silent (`stats timeout`).
    let idleTimeout: Duration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers(
                SurfaceTrafficHandler(traffic, for: .commands), IdleStateHandler(allTimeout: TimeAmount(idleTimeout)),
                CommandConnectionCloser())
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value connection: Value, logger: Logger) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                try await serve(inbound, outbound, connection.channel)
            }
        } catch {
            logger.debug("a stats socket's connection ended early", metadata: ["error": "\(error)"])
        }
    }

    private func serve(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        _ channel: any Channel
    ) async throws {
        var input = CommandInput()
        var session = beginning
        let traffic = try await traffic(of: channel)
        var taken = 0
        var unwanted = 0
        var context = context
        if let peer = try await PeerCredentials.peerName(on: channel) { context.actor.name += " (\(peer))" }
        for try await bytes in inbound {
            taken += 1
            // What ended a command that waits for news is no command.
            guard taken > unwanted else { continue }
            input.append(bytes.readableBytesView)
            reading: while true {
                switch input.next() {
                case .needsMore: break reading
                case .tooLong: return
                case .payloadLine:
                    if session.hasPrompt { try await outbound.write(ByteBuffer(string: session.payloadPrompt)) }
                case .command(let request):
                    let timeout = session.timeout
                    let outcome = await context.table.run(request, in: &session, context)
                    if case .handsOver(let sockets) = outcome {
                        try await SocketDelivery(sockets).carryOut(on: channel)
                        // Each message is acknowledged, which says nothing more.
                        unwanted = Int.max
                        break reading
                    }
                    if case .news(let news) = outcome {
                        let isLast = input.hasMore
                        try await news({ try await outbound.write(ByteBuffer(string: $0)) }) { [taken] in
                            isLast || traffic.isOver(after: taken)
                        }
                        unwanted = traffic.reads
                        try await outbound.write(ByteBuffer(string: session.ending))
                        continue
                    }
                    guard try await say(outcome, session, outbound) else { return }
                    if let changed = session.timeout, changed != timeout { try await limitSilence(changed, channel) }
                }
            }
            if !session.hasPrompt, input.isEmpty, unwanted < Int.max { return }
        }
    }

    /// Writes what is said to a command.
    ///
    /// - Returns: whether the connection goes on.
    private func say(
        _ outcome: Command.Outcome, _ session: CommandSession,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> Bool {
        switch outcome {
        case .answer(let text): try await outbound.write(ByteBuffer(string: text + session.ending))
        case .message(let text, let severity):
            try await outbound.write(ByteBuffer(string: session.message(text, severity) + session.ending))
        case .pieces(let pieces):
            try await pieces { try await outbound.write(ByteBuffer(string: $0)) }
            try await outbound.write(ByteBuffer(string: session.ending))
        case .news, .handsOver: preconditionFailure("what takes the connection itself is carried out there")
        case .quits: return false
        }
        return true
    }

    /// What comes in on a connection, before anybody has taken it.
    private func traffic(of channel: any Channel) async throws -> InboundTraffic {
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: CommandConnectionCloser.self).traffic
        }.get()
    }

    /// Lets the connection be silent for another time than so far.
    private func limitSilence(_ timeout: Duration, _ channel: any Channel) async throws {
        try await channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let former = try pipeline.handler(type: IdleStateHandler.self)
            try pipeline.addHandler(IdleStateHandler(allTimeout: TimeAmount(timeout)), position: .first)
            pipeline.removeHandler(former, promise: nil)
        }.get()
    }
}

/// Closes a connection that was silent for too long; one whose server stops ends after the answer under way.
final class CommandConnectionCloser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    let traffic = InboundTraffic()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        traffic.noteRead()
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        traffic.noteEnd()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is IdleStateHandler.IdleStateEvent: context.close(promise: nil)
        case ChannelEvent.inputClosed:
            traffic.noteEnd()
            context.fireUserInboundEventTriggered(event)
        case is ChannelShouldQuiesceEvent: context.close(mode: .input, promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }
}
