import Configuration
import EventLoop
import Foundation
import Supervision

/// The process that watches over the one that has the traffic (`-W`): it holds the listening sockets, starts a worker for
/// them, and at each reload another one on the same sockets, so that nobody is refused.
///
/// What the end of a worker means is decided by `HAProxyWorkers`; here it is carried out.
struct HAProxyMaster {
    private let start: HAProxyStart
    private let read: @Sendable () -> ParsedInstance
    private let environment: [String: String]
    private let isInBackground: Bool
    private let notification: ServiceNotification?
    private var messages: HAProxyMessages
    private var sockets: InstanceSockets
    private var workers: HAProxyWorkers
    private var processes: [Int32: ChildProcess] = [:]
    /// What runs, and what is to run once its worker serves.
    private var configuration: InstanceConfiguration
    private var nextConfiguration: InstanceConfiguration?
    private var hasServed = false
    /// Whether a reload was ordered while another one was under way.
    private var isReloadWaiting = false
    private let happenings: AsyncStream<Happening>
    private let happening: AsyncStream<Happening>.Continuation

    private enum Happening: Sendable {
        case signal(Int32)
        case worker(HAProxyWorkers.Event)
    }

    /// Makes a master that has no worker yet.
    ///
    /// - Parameters:
    ///   - start: what has been done before.
    ///   - sockets: the open listening sockets.
    ///   - read: reads the files anew.
    ///   - environment: the process's environment.
    ///   - isInBackground: whether it leaves the terminal once its worker serves.
    ///   - messages: what was told so far.
    init(
        _ start: HAProxyStart, _ sockets: InstanceSockets, read: @escaping @Sendable () -> ParsedInstance,
        environment: [String: String], isInBackground: Bool, messages: HAProxyMessages
    ) {
        self.start = start
        self.sockets = sockets
        self.read = read
        self.environment = environment
        self.isInBackground = isInBackground
        self.messages = messages
        configuration = start.configuration
        notification =
            start.manner.mastery == .masterUnderSystemd ? ServiceNotification(environment: environment) : nil
        workers = HAProxyWorkers(
            endsWithFailedWorker: start.manner.endsWithFailedWorker,
            mostReloads: start.configuration.global.process.mostReloads)
        (happenings, happening) = AsyncStream.makeStream(of: Happening.self)
    }

    /// Runs until the last worker has ended.
    ///
    /// - Parameter signals: the signals' numbers.
    /// - Returns: the exit code.
    mutating func untilEnded(_ signals: AsyncStream<Int32>) async -> Int32 {
        let happening = happening
        let listening = Task { for await number in signals { happening.yield(.signal(number)) } }
        defer { listening.cancel() }
        notification?.send(["RELOADING=1"])
        nextConfiguration = configuration
        do throws(SystemError) {
            carryOut(workers.take(.started(try startWorker())))
        } catch {
            messages.tell(.alert, "[haproxy.main()] Cannot fork: \(error)")
            return HAProxyProgram.ExitCode.failed
        }
        for await next in happenings {
            switch next {
            case .worker(let event): if let code = carryOut(workers.take(event)) { return code }
            case .signal(let number): if let code = take(number) { return code }
            }
        }
        preconditionFailure("the signals never end")
    }

    private mutating func take(_ number: Int32) -> Int32? {
        switch HAProxyMasterReaction(to: number) {
        case .end:
            notification?.send(["STOPPING=1"])
            return carryOut(workers.take(.order(number)))
        case .reload: reload()
        case .none: break
        }
        return nil
    }

    /// Reads the files anew and starts another worker; with a mistake in them, what runs goes on.
    private mutating func reload() {
        guard workers.canStart else {
            isReloadWaiting = workers.isStarting
            return
        }
        messages.tell(.notice, "Reloading HAProxy")
        notification?.send(["RELOADING=1"])
        let parsed = read()
        let verdict = HAProxyFiles.verdict(on: parsed, failsOnWarnings: start.line.failsOnWarnings)
        guard verdict == .valid, let next = parsed.configuration else {
            messages.tellRefusal(parsed.diagnostics)
            return noteFailedReload()
        }
        messages.tell(parsed.diagnostics)
        let attempt = HAProxyStart(line: start.line, manner: start.manner, configuration: next)
        do {
            try attempt.open(&sockets, &messages)
            nextConfiguration = next
            carryOut(workers.take(.started(try startWorker())))
        } catch {
            messages.tell(.alert, "\((error as? HAProxyRefusal)?.text ?? "\(error)")")
            noteFailedReload()
        }
    }

    private mutating func noteFailedReload() {
        sockets.settle(for: configuration)
        nextConfiguration = nil
        messages.tell(.warning, "Loading failure!")
        noteReady()
    }

    private func noteReady() {
        notification?.send(["READY=1", "MAINPID=\(ProcessInfo.processInfo.processIdentifier)"])
    }

    /// Starts a worker on the open sockets, and watches it.
    private mutating func startWorker() throws(SystemError) -> Int32 {
        let (here, there) = try ProcessLink.pair()
        defer { there.close() }
        let handover = HAProxyHandover(link: there.descriptor, sockets: sockets.descriptors)
        var plan = ChildProcess.Plan(
            program: ChildProcess.ownProgram, arguments: CommandLine.arguments,
            environment: handover.added(to: environment))
        plan.inherited = handover.descriptors
        let process: ChildProcess
        do throws(SystemError) {
            process = try ChildProcess(plan)
        } catch {
            here.close()
            throw error
        }
        processes[process.identifier] = process
        Thread.detachNewThread { [happening] in
            if here.waitForReport() { happening.yield(.worker(.ready(process.identifier))) }
            let end = process.waitUntilEnded()
            here.close()
            happening.yield(.worker(.ended(process.identifier, status: end.status)))
        }
        return process.identifier
    }

    /// - Returns: the exit code when there is nothing left to be done.
    @discardableResult
    private mutating func carryOut(_ actions: [HAProxyWorkers.Action]) -> Int32? {
        for action in actions {
            switch action {
            case .tell(let level, let text): messages.tell(level, text)
            case .send(let signal, let process): processes[process]?.send(signal)
            case .settle: settle()
            case .giveUp:
                sockets.settle(for: configuration)
                nextConfiguration = nil
                noteReady()
            case .exit(let code):
                sockets.close()
                return code
            }
        }
        if isReloadWaiting, workers.canStart {
            isReloadWaiting = false
            reload()
        }
        return nil
    }

    /// The newest worker serves.
    private mutating func settle() {
        if let next = nextConfiguration {
            configuration = next
            nextConfiguration = nil
            sockets.settle(for: next)
        }
        noteReady()
        guard !hasServed else { return }
        hasServed = true
        start.tellPredecessors()
        if isInBackground { HAProxyProcess.leaveTerminal(reporting: true) }
    }
}
