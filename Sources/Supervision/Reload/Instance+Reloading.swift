import Configuration
import EventLoop
import Model
import Proxy

// A reload that the running worker takes: the sockets, the sessions and the checks go on, and only what is another in the
// file becomes another.
extension Instance {
    /// What a reload would do.
    ///
    /// - Parameter new: the file as it is now.
    /// - Returns: the plan; a new worker starts anyway while none runs.
    func plan(for new: InstanceConfiguration) -> ReloadPlan {
        var plan = ReloadPlan(from: lastRun ?? configuration, to: new)
        if plan.way == .inPlace, !canTakeChanges { plan.causes = ["somebody stopped it from listening"] }
        if plan.way == .inPlace, isForThreads(new) {
            plan.causes = ["several threads, which take no changes one by one"]
        }
        return plan
    }

    /// Has the running worker take a configuration, if it can.
    ///
    /// - Parameter next: what is to run.
    /// - Returns: whether it has.
    /// - Throws: `SystemError` when what it needs cannot be opened; nothing has changed then.
    func takeInPlace(_ next: InstanceConfiguration) async throws(SystemError) -> Bool {
        guard let worker, let lastRun, canTakeChanges else { return false }
        let change = ReloadPlan(from: lastRun, to: next)
        guard change.way != .newWorker else { return false }
        // Several threads would each take it at another moment.
        if isForThreads(next) { return change.way == .nothing }
        let wanted = ListeningSockets.wanted(by: next)
        try namespaces.openMissing(next.connectedNamespaces)
        try sockets.openMissing(wanted)
        let answers = await surroundings.locator.lookUpNames(of: next)
        isExchanging = true
        defer { isExchanging = false }
        let known = await worker.inheritance()
        let inherited = Inheritance.select(from: known, ordered: ordered, last: lastRun, next: next)
        let located = await surroundings.locator.locate(next, answers: answers, inherited: inherited)
        var plan = WorkerPlan(
            configuration: next.sendingLogs(to: logHosts), listeners: [], addresses: located.addresses,
            inherited: inherited, httpCounters: counters, history: surroundings.history)
        plan.group = group
        plan.awaitingSystem = located.awaitingSystem
        plan.namespaces = namespaces.byName
        guard await worker.ask(.reconfiguration(plan)) == true else { return false }
        let isSurfaceOutdated = next != configuration
        configuration = next
        note(ConfigurationDifference(from: lastRun, to: next))
        self.lastRun = next
        sockets.settle(wanted)
        if isSurfaceOutdated { await reopenSurface() }
        return true
    }

    /// Whether the worker is more than one thread.
    var hasThreads: Bool { worker.map { $0.threads.count > 1 } ?? false }

    /// Whether several threads carry its sessions, or would under another configuration.
    private func isForThreads(_ next: InstanceConfiguration) -> Bool {
        hasThreads || next.threads(orElse: surroundings.threads) > 1
    }

    /// Whether the worker listens wherever its file says so.
    private var canTakeChanges: Bool { !isPaused && heldFrontends.isEmpty }
}
