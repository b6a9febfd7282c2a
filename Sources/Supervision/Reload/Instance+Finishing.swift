import Configuration
import EventLoop
import Model
import Proxy

// Workers that were replaced: their sessions go on and are counted, and then their counts are kept.
extension Instance {
    /// At most so many workers finish their sessions at a time; of more, the oldest gets the time of a drain.
    static let mostFinishingWorkers = 32
    /// The same for their threads, which have numbers in sessions' names.
    static let mostFinishingThreads = 256
    /// How long sessions may go on where nothing ends them: ten years are a time that clocks can count.
    static let unlimitedGrace = Duration.seconds(10 * 365 * 86_400)
    /// How often a sum is tried that falls between the end of a worker and what is kept of it.
    private static let attemptsAtSum = 8

    /// How long the sessions of a worker go on that is replaced.
    ///
    /// - Parameters:
    ///   - order: what was ordered.
    ///   - next: what runs from now on; its `hard-stop-after` holds for a reload.
    /// - Returns: the time.
    func grace(of order: InstanceOrder, to next: InstanceConfiguration) -> Duration {
        switch order {
        case .reload: next.global.process.hardStopAfter ?? Self.unlimitedGrace
        case .restart, .start, .stop: orderedGrace ?? surroundings.grace
        }
    }

    /// Gives a replaced worker's sessions their time, in the background.
    ///
    /// - Parameters:
    ///   - old: the worker, which accepts no more.
    ///   - grace: their time.
    func retire(_ old: any InstanceWorker, grace: Duration) {
        let who = orderedBy
        let threads = retired.reduce(old.threads.count) { $0 + $1.threads.count }
        let areTooMany = retired.count >= Self.mostFinishingWorkers || threads > Self.mostFinishingThreads
        if areTooMany, let oldest = retired.first {
            logger.warning("\(name): \(retired.count) workers finish their sessions: the oldest has \(drain) left")
            Task { [drain] in await oldest.stop(grace: drain, isFinal: false, actor: nil, reason: nil) }
        }
        retired.append(old)
        finishing.add(old)
        Task { [weak self] in
            let last = await old.finish(grace: grace, actor: who?.name, reason: who?.reason)
            await self?.forget(old, keeping: last)
        }
    }

    private func forget(_ old: any InstanceWorker, keeping last: InstanceSnapshot?) {
        retired.removeAll { $0 === old }
        finishing.remove(old)
        if let last { carried.add(last) }
        sumVersion += 1
    }

    /// Everything that can be seen now, with the sessions of finishing workers and the counts of ended ones; `nil` while
    /// there is no worker.
    func snapshot() async -> InstanceSnapshot? {
        for _ in 1..<Self.attemptsAtSum {
            let (version, workers) = (sumVersion, retired)
            guard let current = await worker?.snapshot() else { return nil }
            let finishing = await Self.snapshots(of: workers)
            // One that has ended meanwhile is in neither, until it is forgotten.
            if finishing.count == workers.count, version == sumVersion {
                return carried.total(current, finishing: finishing)
            }
            await Task.yield()
        }
        guard let current = await worker?.snapshot() else { return nil }
        return carried.total(current, finishing: await Self.snapshots(of: retired))
    }

    /// How many sessions finishing workers have.
    func finishingSessions() async -> Int {
        await Self.snapshots(of: retired).reduce(0) { sum, snapshot in
            var status = InstanceStatus(instance: snapshot.instance, state: .running)
            status.count(snapshot)
            return sum + status.sessions
        }
    }

    /// Lets counting begin anew, also for what has ended.
    ///
    /// - Parameters:
    ///   - act: the order, as the worker gets it.
    ///   - all: whether everything is counted anew, or only the maxima.
    ///   - who: for the history.
    func clearFinished(_ act: RuntimeAct, all: Bool, by who: Operator) async {
        if all { carried.clear() } else { carried.clearMaxima() }
        sumVersion += 1
        for worker in retired { _ = await worker.carryOut(act, actor: who.name, reason: who.reason) }
    }

    private static func snapshots(of workers: [any InstanceWorker]) async -> [InstanceSnapshot] {
        var snapshots: [InstanceSnapshot] = []
        for worker in workers { if let snapshot = await worker.snapshot() { snapshots.append(snapshot) } }
        return snapshots
    }
}
