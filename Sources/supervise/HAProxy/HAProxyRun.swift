import Configuration
import EventLoop
import Foundation
import Logging
import Model
import Monitoring
import Supervision

/// One run of the files' instance in this process, with HAProxy's signals: alone, or as a master's worker.
struct HAProxyRun {
    /// How a run ended.
    enum End: Sendable, Equatable {
        case code(Int32)
        /// By a signal, which is still to be raised.
        case signal(Int32)
    }

    /// How long sessions may go on after SIGUSR1.
    ///
    /// HAProxy has no limit where `hard-stop-after` is not set; ten years are one that clocks can count.
    private static let patience = Duration.seconds(10 * 365 * 86_400)

    private let instance: String
    private let process: ProcessConfiguration
    private let link: ProcessLink?
    private let history: HAProxyHistory
    private let supervisor: Supervisor
    private let whenReady: @Sendable () -> Void

    /// Makes a run that has started nothing yet.
    ///
    /// - Parameters:
    ///   - start: what has been done before.
    ///   - sockets: the open listening sockets.
    ///   - found: what was found out before the process got another root, if it has.
    ///   - link: the link to its master, if it has one.
    ///   - environment: the process's environment.
    ///   - logger: told what is not as it should be.
    ///   - whenReady: called when the instance serves.
    init(
        _ start: HAProxyStart, _ sockets: InstanceSockets, _ found: FoundBefore?, link: ProcessLink?,
        environment: [String: String], logger: Logger, whenReady: @escaping @Sendable () -> Void
    ) {
        let configuration = start.configuration
        instance = configuration.name
        process = configuration.global.process
        self.link = link
        self.whenReady = whenReady
        history = HAProxyHistory(option: start.line.stateDirectory, environment: environment, logger: logger)
        var settings = SupervisorSettings(directory: "", environment: environment)
        settings.files = [configuration.file]
        settings.read = { _ in ParsedInstance(configuration: configuration, diagnostics: []) }
        settings.drain = Self.patience
        settings.sharesAddresses = start.manner.sharesAddresses
        settings.sockets = sockets
        settings.foundBefore = found
        supervisor = Supervisor(
            settings: settings, history: history.sink,
            surface: Surfaces(
                version: HAProxyUsage.compatibleVersion, logger: logger, history: history.source),
            logger: logger)
    }

    /// Runs until a signal or the master's end ends it.
    ///
    /// - Parameters:
    ///   - messages: what was told so far.
    ///   - signals: the signals' numbers.
    /// - Returns: how it ended.
    func untilEnded(_ messages: HAProxyMessages, _ signals: AsyncStream<Int32>) async -> End {
        return await history.keep {
            var serving = Serving(run: self, messages: messages)
            guard await serving.start() else { return End.code(HAProxyProgram.ExitCode.failed) }
            serving.messages.skipIntroduction()
            whenReady()
            link?.reportReady()
            return await serving.react(to: signals)
        }
    }

    /// What a running process waits for.
    private enum Happening: Sendable {
        case signal(Int32)
        case masterGone
        case graceOver
        case patienceOver
        case stopped
    }

    /// What changes while it runs.
    private struct Serving {
        let run: HAProxyRun
        var messages: HAProxyMessages
        var isFinishing = false

        private var supervisor: Supervisor { run.supervisor }

        /// Starts the instance; false when it cannot.
        mutating func start() async -> Bool {
            do throws(ConfigurationRefused) {
                try await supervisor.start()
            } catch {
                messages.tell(error.diagnostics)
                return false
            }
            let status = await status()
            if status?.state == .running { return true }
            messages.tell(.alert, "Starting \(run.instance): \(status?.reason ?? "it does not run")")
            return false
        }

        mutating func react(to signals: AsyncStream<Int32>) async -> End {
            let (happenings, happening) = AsyncStream.makeStream(of: Happening.self)
            let listening = Task { for await number in signals { happening.yield(.signal(number)) } }
            defer { listening.cancel() }
            if let link = run.link {
                Thread.detachNewThread {
                    // The master says nothing; what ends this is its end.
                    _ = link.waitForReport()
                    happening.yield(.masterGone)
                }
            }
            for await next in happenings {
                switch next {
                case .signal(let number): if let end = await take(number, happening) { return end }
                case .masterGone: return .code(HAProxyProgram.ExitCode.failed)
                case .graceOver:
                    messages.tell(.notice, "Grace period expired, proceeding with soft-stop now.")
                    await stopSoftly(happening)
                case .patienceOver: await stopHard()
                case .stopped: return .code(HAProxyProgram.ExitCode.done)
                }
            }
            preconditionFailure("the signals never end")
        }

        private mutating func take(_ number: Int32, _ happening: AsyncStream<Happening>.Continuation) async -> End? {
            switch HAProxyReaction(to: number) {
            case .endBySignal: return .signal(number)
            case .finish where isFinishing: break
            case .finish:
                isFinishing = true
                guard run.process.grace > .zero else {
                    await stopSoftly(happening)
                    break
                }
                let milliseconds = Int(run.process.grace / .milliseconds(1))
                messages.tell(.notice, "Scheduling a soft-stop in \(milliseconds) ms.")
                Self.after(run.process.grace, tell: happening, .graceOver)
            case .pause: await pause()
            case .resume: await resume()
            case .tellStates:
                for line in HAProxyServerStates.lines(await snapshot()) { messages.tell(.warning, line) }
            case .none: break
            }
            return nil
        }

        private mutating func pause() async {
            guard !isFinishing, await supervisor.pauseListening() else { return }
            for proxy in await listeningProxies() { messages.tell(.warning, "Paused proxy \(proxy).") }
        }

        private mutating func resume() async {
            guard !isFinishing else { return }
            do throws(ControlError) {
                guard try await supervisor.resumeListening() else { return }
            } catch {
                return messages.tell(.alert, "The addresses cannot be listened on again: \(error)")
            }
            for proxy in await listeningProxies() { messages.tell(.warning, "Resumed proxy \(proxy).") }
        }

        private func listeningProxies() async -> [String] {
            (await snapshot()?.proxies ?? []).filter { $0.frontend != nil }.map(\.name)
        }

        /// Everything that can be seen of the instance now; `nil` while it has no worker.
        private func snapshot() async -> InstanceSnapshot? {
            do throws(ControlError) {
                return try await supervisor.snapshot(of: run.instance)
            } catch {
                preconditionFailure("the supervisor does not know its own instance: \(error)")
            }
        }

        /// Closes the listeners; `.stopped` follows when the last session has ended.
        private mutating func stopSoftly(_ happenings: AsyncStream<Happening>.Continuation) async {
            for line in HAProxyServerStates.stopLines(await snapshot()) { messages.tell(.warning, line) }
            if let patience = run.process.hardStopAfter { Self.after(patience, tell: happenings, .patienceOver) }
            await supervisor.shutDown(by: Operator(name: "SIGUSR1"))
            Task { [supervisor] in
                await supervisor.waitUntilStopped()
                happenings.yield(.stopped)
            }
        }

        /// `hard-stop-after`: ends the sessions that a soft stop still waits for.
        private mutating func stopHard() async {
            messages.tell(.warning, "soft-stop running for too long, performing a hard-stop.")
            for line in HAProxyServerStates.hardStopLines(await snapshot()) { messages.tell(.warning, line) }
            await supervisor.endNow()
        }

        private static func after(
            _ time: Duration, tell happenings: AsyncStream<Happening>.Continuation, _ happening: Happening
        ) {
            Task {
                // Only the end of the process ends this wait before its time.
                try? await Task.sleep(for: time)
                happenings.yield(happening)
            }
        }

        private func status() async -> InstanceStatus? {
            do {
                return try await supervisor.status(of: [run.instance]).first
            } catch {
                preconditionFailure("the supervisor does not know its own instance: \(error)")
            }
        }
    }
}
