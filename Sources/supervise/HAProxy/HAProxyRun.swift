import Configuration
import EventLoop
import Foundation
import Glibc
import Logging
import Model
import Monitoring
import Supervision
import UnixSignals

/// One run of the files' instance, with HAProxy's signals.
///
/// The instance runs in this process, under `-W` too: a reload gives it a new worker on the same listening sockets, so that
/// nobody is refused, and lets the old worker's sessions end by themselves, as HAProxy does with processes.
struct HAProxyRun {
    /// How a run ended.
    enum End: Sendable, Equatable {
        case code(Int32)
        /// By a signal, which is still to be raised.
        case signal(Int32)
    }

    /// How long sessions may go on after SIGUSR1 or a reload.
    ///
    /// HAProxy has no limit where `hard-stop-after` is not set; ten years are one that clocks can count.
    private static let patience = Duration.seconds(10 * 365 * 86_400)

    /// What cannot be had, which keeps it from running.
    struct Refusal: Error, Sendable {
        /// As HAProxy says it.
        let text: String
    }

    private let line: HAProxyCommandLine
    private let manner: HAProxyManner
    private let process: ProcessConfiguration
    private let read: @Sendable () -> ParsedInstance
    private let instance: String
    private let isMaster: Bool
    private let notification: ServiceNotification?
    private let history: HAProxyHistory
    private let supervisor: Supervisor
    private var messages: HAProxyMessages

    /// Makes a run that has started nothing yet.
    ///
    /// - Parameters:
    ///   - line: the command line.
    ///   - manner: how the process is to run.
    ///   - configuration: what the files say.
    ///   - read: reads the files anew.
    ///   - environment: the process's environment.
    ///   - messages: what was told so far.
    init(
        _ line: HAProxyCommandLine, _ manner: HAProxyManner, _ configuration: InstanceConfiguration,
        read: @escaping @Sendable () -> ParsedInstance, environment: [String: String], messages: HAProxyMessages
    ) {
        self.line = line
        self.manner = manner
        self.process = configuration.global.process
        self.read = read
        self.messages = messages
        instance = configuration.name
        isMaster = manner.mastery != .alone
        notification = manner.mastery == .masterUnderSystemd ? ServiceNotification(environment: environment) : nil
        let isQuiet = line.isQuiet
        let logger = Logger(label: "haproxy") { _ in HAProxyLog(isQuiet: isQuiet) }
        history = HAProxyHistory(option: line.stateDirectory, environment: environment, logger: logger)
        var settings = SupervisorSettings(directory: "", environment: environment)
        settings.files = [configuration.file]
        settings.read = { _ in read() }
        settings.drain = Self.patience
        settings.sharesAddresses = manner.sharesAddresses
        supervisor = Supervisor(
            settings: settings, history: history.sink,
            surface: Surfaces(version: HAProxyUsage.compatibleVersion, logger: logger), logger: logger)
    }

    /// Runs until a signal ends it.
    ///
    /// - Parameter whenReady: called when the instance listens.
    /// - Returns: how it ended.
    mutating func untilEnded(whenReady: @escaping () -> Void) async -> End {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sigusr1, .sigusr2, .sighup)
        let history = history
        var run = self
        let end = await history.keep {
            do throws(Refusal) {
                try run.raiseLimits()
                guard await run.start() else { return End.code(HAProxyProgram.ExitCode.failed) }
                try run.writeNumber()
                run.tellPredecessors()
            } catch {
                run.messages.tell(.alert, "[haproxy.main()] \(error.text)")
                return End.code(HAProxyProgram.ExitCode.failed)
            }
            run.notification?.send(["READY=1", "MAINPID=\(ProcessInfo.processInfo.processIdentifier)"])
            whenReady()
            return await run.react(to: signals)
        }
        self = run
        return end
    }

    /// `ulimit-n`.
    private mutating func raiseLimits() throws(Refusal) {
        guard let wanted = process.descriptorLimit else { return }
        do throws(SystemError) {
            try DescriptorLimit.raise(to: UInt64(wanted))
        } catch {
            let present = (try? DescriptorLimit.current().soft).map { ", limit is \($0)" } ?? ""
            let text = "Cannot raise FD limit to \(wanted)\(present)."
            if process.isStrictAboutLimits { throw Refusal(text: text) }
            messages.tell(.warning, "[haproxy.main()] \(text)")
        }
    }

    private func writeNumber() throws(Refusal) {
        guard let path = manner.pidFile else { return }
        do {
            try HAProxyProcess.writeNumber(to: path)
        } catch {
            throw Refusal(text: "Cannot create pidfile \(path)")
        }
    }

    /// Starts the instance; false when it cannot listen.
    private mutating func start() async -> Bool {
        do throws(ConfigurationRefused) {
            try await supervisor.start()
        } catch {
            messages.tell(error.diagnostics)
            return false
        }
        guard let status = await status() else { return false }
        if status.state == .running { return true }
        messages.tell(.alert, "Starting \(instance): \(status.reason ?? "it does not run")")
        messages.tell(.alert, "[haproxy.main()] Some protocols failed to start their listeners! Exiting.")
        return false
    }

    private func status() async -> InstanceStatus? {
        do {
            return try await supervisor.status(of: [instance]).first
        } catch {
            preconditionFailure("the supervisor does not know its own instance: \(error)")
        }
    }

    /// `-sf` and `-st`: now that this process listens, the others need not.
    private func tellPredecessors() {
        guard let succession = line.succession else { return }
        for process in succession.processes {
            // One that has ended already needs no telling.
            _ = kill(process, succession.letsSessionsFinish ? SIGUSR1 : SIGTERM)
        }
    }

    private mutating func react(to signals: UnixSignalsSequence) async -> End {
        let (ends, ended) = AsyncStream.makeStream(of: Happening.self)
        let listening = Task {
            for await signal in signals { ended.yield(.signal(signal.rawValue)) }
        }
        defer { listening.cancel() }
        var isFinishing = false
        for await happening in ends {
            let number: Int32
            switch happening {
            case .signal(let received): number = received
            case .graceOver:
                messages.tell(.notice, "Grace period expired, proceeding with soft-stop now.")
                await stopSoftly(ended)
                continue
            case .patienceOver:
                await stopHard()
                continue
            case .stopped: return .code(HAProxyProgram.ExitCode.done)
            }
            switch HAProxyReaction(to: number, isMaster: isMaster) {
            case .endBySignal: return .signal(number)
            case .end(let code): return .code(code)
            case .finish where isFinishing: break
            case .finish:
                isFinishing = true
                notification?.send(["STOPPING=1"])
                if process.grace > .zero {
                    messages.tell(.notice, "Scheduling a soft-stop in \(Int(process.grace / .milliseconds(1))) ms.")
                    Self.after(process.grace, tell: ended, .graceOver)
                } else {
                    await stopSoftly(ended)
                }
            case .reload where isFinishing: break
            case .reload: await reload()
            case .tellStates:
                for line in HAProxyServerStates.lines(await snapshot()) { messages.tell(.warning, line) }
            case .none: break
            }
        }
        return .code(HAProxyProgram.ExitCode.done)
    }

    /// Closes the listeners; `.stopped` follows when the last session has ended.
    private mutating func stopSoftly(_ happenings: AsyncStream<Happening>.Continuation) async {
        for line in HAProxyServerStates.stopLines(await snapshot()) { messages.tell(.warning, line) }
        if let patience = process.hardStopAfter { Self.after(patience, tell: happenings, .patienceOver) }
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

    /// Reads the files anew; with a mistake in them, what runs goes on.
    private mutating func reload() async {
        messages.tell(.notice, "Reloading HAProxy")
        notification?.send(["RELOADING=1"])
        defer { notification?.send(["READY=1"]) }
        let parsed = read()
        messages.tell(parsed.diagnostics)
        guard parsed.configuration != nil else { return messages.tell(.warning, "Loading failure! What ran goes on.") }
        do throws(ControlError) {
            try await supervisor.carryOut(.reload, on: instance, by: Operator(name: "SIGUSR2"))
            messages.tell(.notice, "Loading success.")
        } catch {
            messages.tell(.alert, "Loading failure! What ran goes on: \(error)")
        }
    }

    /// Everything that can be seen of the instance now; `nil` while it has no worker.
    private func snapshot() async -> InstanceSnapshot? {
        do throws(ControlError) {
            return try await supervisor.snapshot(of: instance)
        } catch {
            preconditionFailure("the supervisor does not know its own instance: \(error)")
        }
    }

    /// What a running process waits for.
    private enum Happening: Sendable {
        case signal(Int32)
        case graceOver
        case patienceOver
        case stopped
    }
}
