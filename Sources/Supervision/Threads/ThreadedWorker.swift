import Configuration
import EventLoop
import Model
import Proxy
import Synchronization

/// A worker of several threads (`nbthread`): for its instance one worker like any other.
///
/// Its first thread leads: it is asked and told whatever concerns servers and what is known of them. The others, its fellows,
/// are what `ThreadTeam` says. What is counted is added up here; what was counted by threads that have ended is kept until all
/// have.
final class ThreadedWorker: InstanceWorker {
    private let lead: Worker
    private let fellows: [Worker]
    // Owner: the mutex. By the thread's place, the lead's first: what it had counted as it ended.
    private let ended: Mutex<[Int: InstanceSnapshot]> = Mutex([:])

    /// How often a sum is tried that falls between the end of a thread and what is kept of it.
    private static let attemptsAtSum = 8

    private init(lead: Worker, fellows: [Worker]) {
        self.lead = lead
        self.fellows = fellows
    }

    /// Starts the threads.
    ///
    /// - Parameter plan: what to run.
    /// - Returns: the running worker.
    /// - Throws: `SystemError` when one of the threads could not be had; the others have been told to end then, and the
    ///   listeners are closed.
    static func start(_ plan: WorkerPlan) throws(SystemError) -> ThreadedWorker {
        let team = ThreadTeam(size: plan.threads, in: plan.group)
        var plans: [WorkerPlan] = []
        do throws(SystemError) {
            for number in 2...plan.threads { plans.append(try plan.ofFellow(number, in: team)) }
        } catch {
            for listener in (plans + [plan]).flatMap(\.listeners) { Socket.close(listener.descriptor) }
            for listener in plan.peerListeners { Socket.close(listener.descriptor) }
            throw error
        }
        var own = plan
        own.place = ThreadPlace(team: team, number: 1)
        own.listeners = plan.listeners(ofThread: 1)
        for rest in plan.listeners where !own.listeners.contains(where: { $0.descriptor == rest.descriptor }) {
            Socket.close(rest.descriptor)
        }
        plans.insert(own, at: 0)
        var threads: [Worker] = []
        while !plans.isEmpty {
            do throws(SystemError) {
                threads.append(try Worker.start(plans.removeFirst()))
            } catch {
                for listener in plans.flatMap(\.listeners) { Socket.close(listener.descriptor) }
                for thread in threads {
                    // What they have accepted meanwhile is served.
                    Task { await thread.stop(grace: Instance.unlimitedGrace, isFinal: false, actor: nil, reason: nil) }
                }
                throw error
            }
        }
        return ThreadedWorker(lead: threads[0], fellows: Array(threads.dropFirst()))
    }

    var threads: [any InstanceWorker] { [lead] + fellows }

    var presentTurn: WorkerTurn? { lead.presentTurn }

    func snapshot() async -> InstanceSnapshot? {
        for _ in 0..<Self.attemptsAtSum {
            if let sum = await sumOfSnapshots() { return sum }
            await Task.yield()
        }
        return nil
    }

    /// Adds up what is counted; `nil` while a thread has ended of which nothing is kept yet.
    private func sumOfSnapshots() async -> InstanceSnapshot? {
        // All first, then their sum: a snapshot is too big to be held while others are waited for (CONTRIBUTING.md).
        var all: [InstanceSnapshot] = []
        for (place, thread) in ([lead] + fellows).enumerated() {
            guard let snapshot = await snapshot(of: thread, at: place) else { return nil }
            all.append(snapshot)
        }
        return Self.sum(of: all)
    }

    private func snapshot(of thread: Worker, at place: Int) async -> InstanceSnapshot? {
        await thread.snapshot() ?? ended.withLock { $0[place] }
    }

    /// Adds up what is counted.
    ///
    /// - Parameter snapshots: one of each thread, the lead's first.
    /// - Returns: the sum; `nil` where there are none.
    private static func sum(of snapshots: some Sequence<InstanceSnapshot>) -> InstanceSnapshot? {
        snapshots.reduce(nil) { sum, next in sum?.counting(next) ?? next }
    }

    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer? {
        if request.isForAllThreads { for fellow in fellows { _ = await fellow.ask(request) } }
        return await lead.ask(request)
    }

    func carryOut(_ act: RuntimeAct, actor: String, reason: String?) async -> ActResult {
        func ask(_ thread: Worker) async -> ActResult { await thread.carryOut(act, actor: actor, reason: reason) }
        switch act {
        case .server(_, .setSessionLimit), .server(_, .setTLS), .frontend, .instance(.clearCounters),
            .instance(.setConnectionLimit), .instance(.setConnectionRate), .instance(.setSessionRate):
            // The lead comes last: it says what came of it.
            for fellow in fellows { _ = await ask(fellow) }
            return await ask(lead)
        case .endSession:
            for thread in [lead] + fellows {
                let result = await ask(thread)
                if result == .done || thread === fellows.last { return result }
            }
            preconditionFailure("there is more than one thread")
        case .server, .proxy, .addServer, .removeServer, .replaceCertificate, .addToCertificateList,
            .removeFromCertificateList, .changeTLS:
            return await ask(lead)
        }
    }

    func stopAccepting() async {
        // Those who go on accepting meanwhile take what comes.
        for fellow in fellows { await fellow.stopAccepting() }
        await lead.stopAccepting()
    }

    func inheritance() async -> [ServerIdentity: InheritedServer] { await lead.inheritance() }

    func stop(grace: Duration, isFinal: Bool, actor: String?, reason: String?) async {
        // The lead tells what all have served.
        for fellow in fellows { await fellow.stopAccepting() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [lead] in
                await lead.stop(grace: grace, isFinal: isFinal, actor: actor, reason: reason)
            }
            // What a thread has counted is shown until the last one has ended.
            group.addTask { [self] in await end(grace: grace, actor: actor, reason: reason) }
        }
    }

    func waitUntilEnded() async {
        await withTaskGroup(of: Void.self) { group in
            for thread in [lead] + fellows { group.addTask { await thread.waitUntilEnded() } }
        }
    }

    func take(_ mark: SessionMark) {
        for thread in [lead] + fellows { thread.take(mark) }
    }

    func finish(grace: Duration, actor: String?, reason: String?) async -> InstanceSnapshot? {
        await end(grace: grace, actor: actor, reason: reason)
        let kept = ended.withLock { $0 }
        return Self.sum(of: kept.sorted { $0.key < $1.key }.map(\.value))
    }

    private func end(grace: Duration, actor: String?, reason: String?) async {
        await withTaskGroup(of: Void.self) { group in
            for (place, thread) in ([lead] + fellows).enumerated() {
                group.addTask { [self] in
                    guard let last = await thread.finish(grace: grace, actor: actor, reason: reason) else { return }
                    ended.withLock { $0[place] = last.ended }
                }
            }
        }
    }
}

extension WorkerPlan {
    /// The plan of a thread that another one leads.
    fileprivate func ofFellow(_ number: Int, in team: ThreadTeam) throws(SystemError) -> WorkerPlan {
        var plan = self
        plan.place = ThreadPlace(team: team, number: number)
        plan.pulse = LoopPulse()
        plan.markSessions = nil
        plan.earlier = EarlierWorker()
        (plan.listeners, plan.peerListeners) = ([], [])
        do throws(SystemError) {
            for listener in listeners(ofThread: number) {
                var own = listener
                own.descriptor = try Socket.duplicate(listener.descriptor)
                plan.listeners.append(own)
            }
        } catch {
            for listener in plan.listeners { Socket.close(listener.descriptor) }
            throw error
        }
        return plan
    }

    /// Where a thread accepts; an address that names none of the threads is the first one's.
    fileprivate func listeners(ofThread number: Int) -> [WorkerListener] {
        listeners.filter { listener in
            guard let wanted = configuration.proxies[listener.proxy].binds[listener.bind].threads else { return true }
            let isEmpty = !(1...threads).contains(where: wanted.contains)
            return isEmpty ? number == 1 : wanted.contains(number)
        }
    }
}
