import Configuration
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// Serves one connection of a master's socket: a command with `@1` or `@!PID` before it goes to that worker, and such a word
/// alone decides where the next ones go.
///
/// - Source: HAProxy 2.6 management guide, section 9.4; prompts recorded from 2.6.12.
struct MasterChannel: ServerChildChannel {
    typealias Value = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// What the master's own commands may know.
    let context: CommandContext
    /// What a new connection begins as.
    let beginning: CommandSession
    /// The master.
    let control: any MasterControl
    /// How long a connection may be silent.
    let idleTimeout: Duration

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers(
                IdleStateHandler(allTimeout: TimeAmount(idleTimeout)), CommandConnectionCloser())
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
        }
    }

    func handle(value connection: Value, logger: Logger) async {
        do {
            try await connection.executeThenClose { inbound, outbound in try await serve(inbound, outbound) }
        } catch {
            logger.debug("a master socket's connection ended early", metadata: ["error": "\(error)"])
        }
    }

    private func serve(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        var input = CommandInput()
        var conversation = Conversation(session: beginning)
        for try await bytes in inbound {
            input.append(bytes.readableBytesView)
            reading: while true {
                switch input.next() {
                case .needsMore: break reading
                case .tooLong: return
                case .payloadLine:
                    let prompt = conversation.session.payloadPrompt
                    if !prompt.isEmpty { try await outbound.write(ByteBuffer(string: prompt)) }
                case .command(let request):
                    guard try await answer(request, &conversation, outbound) else { return }
                }
            }
            if !conversation.session.hasPrompt, input.isEmpty { return }
        }
    }

    private struct Conversation {
        var session: CommandSession
        var target = MasterTarget.master
        /// What the prompt says.
        var name = "master"
        /// Whether the last reload failed.
        var hasFailedReload = false
        /// The modes that workers are asked in, and the master's own, which changes nothing here: no command of a worker
        /// has a meaning for a master.
        var modes: [Mode] = []

        var prompt: String {
            guard session.hasPrompt else { return "" }
            let failure = target == .master && hasFailedReload ? "[ReloadFailed]" : ""
            let flags = Mode.allCases.filter(modes.contains).map(\.flag).joined()
            return name + failure + (flags.isEmpty ? "" : "(\(flags))") + "> "
        }
    }

    /// What `expert-mode on` and its siblings turn on.
    private enum Mode: String, CaseIterable {
        case experimental = "experimental-mode"
        case expert = "expert-mode"
        case debug = "mcli-debug-mode"

        /// Its letter in the prompt.
        var flag: String {
            switch self {
            case .experimental: "x"
            case .expert: "e"
            case .debug: "d"
            }
        }

        /// Whether workers are told.
        var isForWorkers: Bool { self != .debug }
    }

    /// Carries out one command.
    ///
    /// - Returns: whether the connection goes on.
    private func answer(
        _ request: CommandRequest, _ conversation: inout Conversation,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> Bool {
        var target = conversation.target
        var prefixes = 0
        conversation.hasFailedReload = await control.processes().failedReloads > 0
        if let mode = request.words.first.flatMap({ Mode(rawValue: $0) }) {
            guard conversation.session.level == .admin else {
                try await outbound.write(ByteBuffer(string: "Permission denied!\n"))
                return false
            }
            conversation.modes.removeAll { $0 == mode }
            if request.words.dropFirst().first == "on" { conversation.modes.append(mode) }
            try await outbound.write(ByteBuffer(string: conversation.prompt))
            return true
        }
        if let word = request.words.first, word.hasPrefix("@") {
            let processes = await control.processes()
            guard let named = MasterTarget(word), named == .master || named.worker(among: processes) != nil else {
                let text = "Can't find the target PID matching the prefix '\(word)'\n"
                try await outbound.write(ByteBuffer(string: text))
                return false
            }
            target = named
            prefixes = 1
            if request.words.count == 1 {
                conversation.target = named
                conversation.name = named.worker(among: processes).map { "\($0.processID)" } ?? "master"
                try await outbound.write(ByteBuffer(string: conversation.prompt))
                return true
            }
        }
        guard target == .master else {
            return try await forward(request.text(droppingFirst: prefixes), to: target, conversation, outbound)
        }
        let own = CommandRequest(Array(request.words.dropFirst(prefixes)), payload: request.payload)
        switch await context.table.run(own, in: &conversation.session, context) {
        case .quits:
            if conversation.session.hasPrompt { try await outbound.write(ByteBuffer(string: conversation.prompt)) }
            return false
        // What only changes the connection is not answered, not even by an empty line.
        case .answer(""): try await outbound.write(ByteBuffer(string: conversation.prompt))
        case .answer(let text): try await outbound.write(ByteBuffer(string: text + "\n" + conversation.prompt))
        case .message(let text, let severity):
            let marked = conversation.session.message(text, severity)
            try await outbound.write(ByteBuffer(string: marked + "\n" + conversation.prompt))
        case .pieces(let pieces):
            try await pieces { try await outbound.write(ByteBuffer(string: $0)) }
            try await outbound.write(ByteBuffer(string: "\n" + conversation.prompt))
        case .handsOver: preconditionFailure("a master's own commands hand nothing over")
        case .news(let news):
            // A master has nothing to wait for.
            try await news({ try await outbound.write(ByteBuffer(string: $0)) }, { true })
            try await outbound.write(ByteBuffer(string: "\n" + conversation.prompt))
        }
        return true
    }

    /// Lets a worker answer: each command has a connection of its own, with no more rights than this one.
    private func forward(
        _ command: String, to target: MasterTarget, _ conversation: Conversation,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws -> Bool {
        guard let worker = target.worker(among: await control.processes()) else { return false }
        let level = conversation.session.level
        var leading = conversation.modes.filter(\.isForWorkers).map { "\($0.rawValue) on;" }
        if level < .admin { leading.append("\(level.word);") }
        let text = leading.joined() + command
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(unixDomainSocketPath: worker.commandPath) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        try await connection.executeThenClose { inbound, writer in
            try await writer.write(ByteBuffer(string: text))
            writer.finish()
            // What comes before the command is answered by an empty line each.
            var unwanted = leading.count
            for try await var bytes in inbound {
                let skipped = min(unwanted, bytes.readableBytes)
                bytes.moveReaderIndex(forwardBy: skipped)
                unwanted -= skipped
                if bytes.readableBytes > 0 { try await outbound.write(bytes) }
            }
        }
        if conversation.session.hasPrompt { try await outbound.write(ByteBuffer(string: conversation.prompt)) }
        return true
    }
}
