import Dispatch
import Foundation
import Model
import Monitoring

/// One run of the live view: keys, signals and news come in, pictures go out, one write each.
struct TopRun {
    /// What can happen.
    private enum Event: Sendable {
        case bytes([UInt8])
        /// Standard input has ended: the terminal is gone.
        case inputEnded
        case signal(Int32)
        case news(LiveView)
        case noNews(String)
        case ordered(String)
    }

    /// How often the supervisor is asked.
    private static let interval = Duration.seconds(1)

    private let client: ControlClient
    private let terminal: TopTerminal
    private let isColored: Bool

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - client: whom to ask.
    ///   - terminal: where to show it.
    ///   - isColored: whether states have colours.
    init(_ client: ControlClient, on terminal: TopTerminal, isColored: Bool) {
        self.client = client
        self.terminal = terminal
        self.isColored = isColored
    }

    /// Shows the view until somebody quits it, or a signal ends it; the terminal is as it was then.
    ///
    /// - Parameter first: what to show at once.
    /// - Returns: the signal that has ended it, if one has.
    /// - Throws: `Output.Failure` when the terminal can't be written to.
    func untilQuit(showing first: LiveView) async throws -> Int32? {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        let sources = await Self.sources(continuation)
        defer { for source in sources { source.cancel() } }
        try terminal.take()
        defer { terminal.giveBack() }
        let questions = Task { [client] in await Self.ask(client, continuation) }
        defer { questions.cancel() }
        var state = TopState()
        state.take(first)
        try show(&state)
        for await event in events {
            switch event {
            case .inputEnded: return SIGHUP
            case .signal(SIGWINCH): break
            case .signal(SIGCONT): try terminal.take()
            case .signal(let number): return number
            case .news(let view): state.take(view)
            case .noNews(let reason): state.fail(reason)
            case .ordered(let words): state.tell(words)
            case .bytes(let bytes):
                for key in TopKey.keys(in: bytes) {
                    switch state.press(key) {
                    case .quit: return nil
                    case .suspend: suspend()
                    case .set(let administrative, let server): order(administrative, server, continuation)
                    case nil: break
                    }
                }
            }
            try show(&state)
        }
        return nil
    }

    private func show(_ state: inout TopState) throws {
        let size = terminal.size
        state.pageLength = max(1, size.rows / 2)
        try terminal.write(TopFrame(state, size: size, isColored: isColored).text)
    }

    /// Stops the process as a shell's user expects; SIGCONT takes the terminal again.
    private func suspend() {
        terminal.giveBack()
        kill(getpid(), SIGSTOP)
    }

    private func order(
        _ administrative: AdministrativeState, _ server: ServerIdentity,
        _ events: AsyncStream<Event>.Continuation
    ) {
        Task { [client] in
            do throws(ControlClientError) {
                let servers = try await client.set(
                    administrative, server: server.description, reason: "supervise top")
                events.yield(.ordered("\(servers.joined(separator: ", ")): \(administrative.rawValue)"))
                events.yield(.news(try await client.live()))
            } catch {
                events.yield(.ordered(CommandFailure(error).message ?? "\(error)"))
            }
        }
    }

    /// Asks for news until it is cancelled.
    private static func ask(_ client: ControlClient, _ events: AsyncStream<Event>.Continuation) async {
        while !Task.isCancelled {
            // Only a cancellation throws, and the loop ends with it.
            try? await Task.sleep(for: interval)
            do throws(ControlClientError) {
                events.yield(.news(try await client.live()))
            } catch {
                events.yield(.noNews(CommandFailure(error).message ?? "\(error)"))
            }
        }
    }

    /// What is listened to: keys and signals, from the moment on in which this returns.
    private static func sources(_ events: AsyncStream<Event>.Continuation) async -> [any DispatchSourceProtocol] {
        let queue = DispatchQueue(label: "supervise.top")
        let input = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: queue)
        input.setEventHandler {
            var bytes = [UInt8](repeating: 0, count: 1_024)
            let count = bytes.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count > 0 {
                events.yield(.bytes(Array(bytes[..<count])))
            } else if count == 0 || errno != EINTR && errno != EAGAIN {
                input.cancel()
                events.yield(.inputEnded)
            }
        }
        let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCONT].map { number in
            // Otherwise the process would end before anybody hears of it.
            if number != SIGWINCH && number != SIGCONT { signal(number, SIG_IGN) }
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { events.yield(.signal(number)) }
            return source
        }
        let all: [any DispatchSourceProtocol] = [input] + signals
        for source in all {
            await withCheckedContinuation { listening in
                source.setRegistrationHandler { listening.resume() }
                source.activate()
            }
        }
        return all
    }
}
