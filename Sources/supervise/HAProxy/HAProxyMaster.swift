import Configuration
import EventLoop
import Foundation
import Logging
import Monitoring
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
    /// The socket for commands, and those at which workers take them; `nil` without `-S`.
    private var commands: HAProxyMasterSocket?
    private var workerSockets: HAProxyWorkerSockets?
    private var places: [Int32: HAProxyWorkerSockets.Place] = [:]
    /// For `show proc`.
    private var startTimes: [Int32: ContinuousClock.Instant] = [:]
    private let startedAt = ContinuousClock.now
    private var reloads = 0
    /// Those since the last one that succeeded.
    private var failedReloads = 0
    /// How many reloads each worker has outlived because they failed.
    private var outlivedFailures: [Int32: Int] = [:]
    private let happenings: AsyncStream<Happening>
    private let happening: AsyncStream<Happening>.Continuation

    private enum Happening: Sendable {
        case signal(Int32)
        case worker(HAProxyWorkers.Event)
        case asked(CheckedContinuation<MasterProcesses, Never>)
        case reloadOrdered
    }

    /// The master as its socket's connections reach it.
    private struct Desk: MasterControl {
        let happening: AsyncStream<Happening>.Continuation

        func processes() async -> MasterProcesses {
            await withCheckedContinuation { _ = happening.yield(.asked($0)) }
        }

        func reload() async { happening.yield(.reloadOrdered) }
    }

    /// Makes a master that has no worker yet.
    ///
    /// - Parameters:
    ///   - start: what has been done before.
    ///   - sockets: the open listening sockets.
    ///   - commands: the socket for commands.
    ///   - read: reads the files anew.
    ///   - environment: the process's environment.
    ///   - isInBackground: whether it leaves the terminal once its worker serves.
    ///   - messages: what was told so far.
    init(
        _ start: HAProxyStart, _ sockets: InstanceSockets, _ commands: HAProxyMasterSocket?,
        read: @escaping @Sendable () -> ParsedInstance, environment: [String: String], isInBackground: Bool,
        messages: HAProxyMessages
    ) {
        self.commands = commands
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
        let serving: MasterSocket?
        do {
            serving = try await serveCommands()
        } catch {
            messages.tell(.alert, "[haproxy.main()] \((error as? HAProxyRefusal)?.text ?? "\(error)")")
            return HAProxyProgram.ExitCode.failed
        }
        defer { withExtendedLifetime(serving) {} }
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
            case .worker(let event):
                if case .ended(let process, _) = event { forget(process) }
                if let code = carryOut(workers.take(event)) { return code }
            case .asked(let reply): reply.resume(returning: processList)
            case .reloadOrdered: reload()
            case .signal(let number): if let code = take(number) { return code }
            }
        }
        preconditionFailure("the signals never end")
    }

    /// Serves `-S`, where it is given.
    private mutating func serveCommands() async throws -> MasterSocket? {
        guard let commands else { return nil }
        let isQuiet = start.line.isQuiet
        let logger = Logger(label: "haproxy") { _ in HAProxyLog(isQuiet: isQuiet) }
        workerSockets = try HAProxyWorkerSockets(logger: logger)
        return try await commands.serve(Desk(happening: happening), logger: logger)
    }

    /// What `show proc` tells.
    private var processList: MasterProcesses {
        let now = ContinuousClock.now
        let uptime = { (begin: ContinuousClock.Instant?) in begin.map { (now - $0).components.seconds } ?? 0 }
        return MasterProcesses(
            processID: ProcessInfo.processInfo.processIdentifier, reloads: reloads, failedReloads: failedReloads,
            uptimeSeconds: uptime(startedAt),
            workers: workers.list.map { worker in
                MasterProcesses.Worker(
                    processID: worker.process,
                    reloads: worker.reloads + outlivedFailures[worker.process, default: 0],
                    uptimeSeconds: uptime(startTimes[worker.process]), isCurrent: worker.isCurrent,
                    commandPath: places[worker.process]?.path ?? "")
            })
    }

    /// A worker has ended: its socket goes with it.
    private mutating func forget(_ process: Int32) {
        startTimes[process] = nil
        outlivedFailures[process] = nil
        guard let place = places.removeValue(forKey: process) else { return }
        workerSockets?.close(place)
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
        reloads += 1
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
        countFailure()
        sockets.settle(for: configuration)
        nextConfiguration = nil
        messages.tell(.warning, "Loading failure!")
        noteReady()
    }

    private mutating func countFailure() {
        failedReloads += 1
        for worker in workers.list { outlivedFailures[worker.process, default: 0] += 1 }
    }

    private func noteReady() {
        notification?.send(["READY=1", "MAINPID=\(ProcessInfo.processInfo.processIdentifier)"])
    }

    /// Starts a worker on the open sockets, and watches it.
    private mutating func startWorker() throws(SystemError) -> Int32 {
        let (here, there) = try ProcessLink.pair()
        defer { there.close() }
        let place: HAProxyWorkerSockets.Place?
        do throws(InstanceSockets.Failure) {
            place = try workerSockets?.open()
        } catch {
            here.close()
            throw error.error
        }
        let handover = HAProxyHandover(
            link: there.descriptor, sockets: sockets.descriptors, commands: place?.descriptor)
        var plan = ChildProcess.Plan(
            program: ChildProcess.ownProgram, arguments: CommandLine.arguments,
            environment: handover.added(to: environment))
        plan.inherited = handover.descriptors
        let process: ChildProcess
        do throws(SystemError) {
            process = try ChildProcess(plan)
        } catch {
            here.close()
            if let place { workerSockets?.close(place) }
            throw error
        }
        processes[process.identifier] = process
        places[process.identifier] = place
        startTimes[process.identifier] = .now
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
                countFailure()
                sockets.settle(for: configuration)
                nextConfiguration = nil
                noteReady()
            case .exit(let code):
                sockets.close()
                commands?.remove()
                workerSockets?.remove()
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
        failedReloads = 0
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
