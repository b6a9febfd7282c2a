import AccessLog
import EventLoop
import Model

/// Panic: what follows when so many servers fail their checks that the checks aren't believed any more.
extension WorkerLoop {
    /// Tells the log and the history when a backend has begun to panic, or is calm again.
    ///
    /// - Parameters:
    ///   - wasPanicking: how it was before a server's change.
    ///   - backend: the backend, after that change.
    func notePanic(since wasPanicking: Bool, in backend: Backend) {
        let begins = backend.groups.isPanicking
        guard begins != wasPanicking, let threshold = backend.configuration.panicThreshold,
            let proxy = backends.firstIndex(where: { $0 === backend })
        else { return }
        let line = PanicLogLine(
            proxy: backend.configuration.name, begins: begins, serversUp: backend.groups.serversUp,
            servers: backend.groups.serversUp + backend.groups.serversFailed, threshold: threshold)
        let now = WallClock.now()
        log.send(line, along: routes[proxy], at: now)
        log.flush()
        let kind: EventKind = begins ? .panic : .calm
        history.offer(
            .event(EventRecord(at: now, instance: configuration.name, kind: kind, detail: line.words)))
    }

    /// Hands waiting sessions to the servers that take traffic only since another one has changed.
    ///
    /// - Parameters:
    ///   - before: which servers were good enough to take traffic.
    ///   - changed: the server that has changed, whose own sessions are cared for.
    ///   - backend: the backend.
    func serveQueues(ofNewlyUsable before: [Bool], but changed: Int, in backend: Backend) {
        for index in before.indices where index != changed && !before[index] && backend.groups.isUsable(index) {
            serveQueue(of: index, in: backend)
        }
    }
}
