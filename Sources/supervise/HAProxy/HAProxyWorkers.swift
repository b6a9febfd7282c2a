import Foundation

/// The workers of a master: which of them has the traffic, and what the end of one means for the others.
///
/// A value: it knows processes by their numbers only, and says what is to be done with them.
///
/// - Source: recordings of HAProxy 2.6.12 under `-W`.
struct HAProxyWorkers: Sendable, Equatable {
    /// What happens.
    enum Event: Sendable, Equatable {
        /// A process was started.
        case started(Int32)
        /// It serves.
        case ready(Int32)
        /// It has ended with a code, or with 128 and the number of its signal.
        case ended(Int32, status: Int32)
        /// The master was told to end, by this signal: TERM and INT at once, USR1 when the last session has ended.
        case order(Int32)
    }

    /// What is to be done.
    enum Action: Sendable, Equatable {
        case tell(HAProxyMessages.Level, String)
        case send(Int32, to: Int32)
        /// The newest worker has the traffic now: what it doesn't listen on any more can be closed.
        case settle
        /// The newest worker never came up: what was opened for it is not wanted.
        case giveUp
        /// Everybody has gone.
        case exit(code: Int32)
    }

    /// What a worker is for.
    private enum Role: Sendable, Equatable {
        case starting
        case current
        case former
    }

    private struct Worker: Sendable, Equatable {
        var process: Int32
        var role = Role.starting
        /// How many reloads it has outlived.
        var reloads = 0
    }

    private let endsWithFailedWorker: Bool
    private let mostReloads: Int?
    private var workers: [Worker] = []
    private var exitCode: Int32?
    private var isEnding = false

    /// Begins without workers.
    ///
    /// - Parameters:
    ///   - endsWithFailedWorker: whether the failure of the current worker ends them all.
    ///   - mostReloads: how many reloads a worker may outlive; `nil` is as many as there are.
    init(endsWithFailedWorker: Bool, mostReloads: Int?) {
        self.endsWithFailedWorker = endsWithFailedWorker
        self.mostReloads = mostReloads
    }

    /// All of them, the oldest first.
    var list: [(process: Int32, reloads: Int, isCurrent: Bool)] {
        workers.map { ($0.process, $0.reloads, $0.role != .former) }
    }

    /// Whether a worker has been started that doesn't serve yet.
    var isStarting: Bool { workers.contains { $0.role == .starting } }

    /// Whether a new worker would be welcome.
    var canStart: Bool { !isEnding && !isStarting }

    /// Takes in what happened.
    ///
    /// - Parameter event: what.
    /// - Returns: what is to be done, in this order.
    mutating func take(_ event: Event) -> [Action] {
        switch event {
        case .started(let process):
            workers.append(Worker(process: process))
            return [.tell(.notice, "New worker (\(process)) forked")]
        case .ready(let process): return takeReady(process)
        case .ended(let process, let status): return takeEnd(of: process, status)
        case .order(let signal):
            isEnding = true
            let word: [Action] = signal == SIGUSR1 ? [] : [.tell(.warning, "Exiting Master process...")]
            return word + workers.map { .send(signal, to: $0.process) }
        }
    }

    private mutating func takeReady(_ process: Int32) -> [Action] {
        guard let newest = workers.firstIndex(where: { $0.process == process && $0.role == .starting }) else {
            return []
        }
        var actions: [Action] = []
        for index in workers.indices where index != newest {
            workers[index].reloads += 1
            if let mostReloads, workers[index].reloads > mostReloads {
                actions.append(.send(SIGTERM, to: workers[index].process))
            } else if workers[index].role == .current {
                actions.append(.send(SIGUSR1, to: workers[index].process))
            }
            workers[index].role = .former
        }
        workers[newest].role = .current
        return actions + [.settle, .tell(.notice, "Loading success.")]
    }

    private mutating func takeEnd(of process: Int32, _ status: Int32) -> [Action] {
        guard let index = workers.firstIndex(where: { $0.process == process }) else { return [] }
        let worker = workers.remove(at: index)
        let hasSuccessor = workers.contains { $0.role == .current }
        let name = worker.role == .former ? "Former" : worker.role == .starting && hasSuccessor ? "New" : "Current"
        let how = status < 128 ? "Exit" : String(cString: strsignal(status - 128))
        let text = "\(name) worker (\(process)) exited with code \(status) (\(how))"
        var actions: [Action] = [.tell(status == 0 ? .warning : .alert, text)]
        switch name {
        case "New": actions += [.giveUp, .tell(.warning, "Loading failure!")]
        case "Current": actions += takeFailure(status)
        default: break
        }
        if workers.isEmpty {
            let code = exitCode ?? 0
            actions += [.tell(.warning, "All workers exited. Exiting... (\(code))"), .exit(code: code)]
        }
        return actions
    }

    /// The end of the worker that has the traffic: TERM is a normal one, and so is 0.
    private mutating func takeFailure(_ status: Int32) -> [Action] {
        let terminated = 128 + SIGTERM
        let interrupted = 128 + SIGINT
        if exitCode == nil, status != 0, status != terminated { exitCode = status }
        guard status != 0, status != terminated, status != interrupted, endsWithFailedWorker else { return [] }
        return [.tell(.alert, "exit-on-failure: killing every processes with SIGTERM")]
            + workers.map { .send(SIGTERM, to: $0.process) }
    }
}
