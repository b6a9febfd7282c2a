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

    /// Most connections of one stats socket; further ones wait.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `stats maxconn`, default.
    static let maxConnections = 10

    /// What commands may know and do.
    let context: CommandContext
    /// How long a connection may be silent (`stats timeout`).
    let idleTimeout: Duration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let silence = TimeAmount(idleTimeout)
            try channel.pipeline.syncOperations.addHandlers(
                IdleStateHandler(allTimeout: silence), CommandConnectionCloser())
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value connection: Value, logger: Logger) async {
        do {
            try await connection.executeThenClose { inbound, outbound in try await serve(inbound, outbound) }
        } catch {
            logger.debug("a stats socket's connection ended early", metadata: ["error": "\(error)"])
        }
    }

    private func serve(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        var input = CommandInput()
        var hasPrompt = false
        for try await bytes in inbound {
            input.append(bytes.readableBytesView)
            reading: while true {
                switch input.next() {
                case .needsMore: break reading
                case .tooLong: return
                case .command(let words):
                    var answer = ""
                    switch await context.table.run(words, in: context) {
                    case .answer(let text): answer = text
                    case .togglesPrompt: hasPrompt.toggle()
                    case .quits: return
                    }
                    try await outbound.write(ByteBuffer(string: answer + (hasPrompt ? "\n> " : "\n")))
                }
            }
            if !hasPrompt, input.isEmpty { return }
        }
        if hasPrompt { try await outbound.write(ByteBuffer(string: "\n")) }
    }
}

/// Closes a connection that was silent for too long; one whose server stops ends after the answer under way.
private final class CommandConnectionCloser: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is IdleStateHandler.IdleStateEvent: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent: context.close(mode: .input, promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }
}
