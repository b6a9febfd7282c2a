import Configuration
import EventLoop
import Model

/// An instance's worker thread, seen from outside: orders in, answers out.
///
/// All members may be called from every task and thread; each order is carried out between two turns of the worker's loop.
public final class Worker: Sendable {
    private let mailbox: Mailbox<WorkerOrder>
    private let pulse: LoopPulse

    private init(mailbox: Mailbox<WorkerOrder>, pulse: LoopPulse) {
        self.mailbox = mailbox
        self.pulse = pulse
    }

    /// Starts the thread.
    ///
    /// - Parameter plan: what to run.
    /// - Returns: the running worker.
    /// - Throws: `SystemError` when the loop or the thread could not be made; the listeners are closed then.
    public static func start(_ plan: WorkerPlan) throws(SystemError) -> Worker {
        do {
            let mailbox = try Mailbox<WorkerOrder>()
            // Made here, so that a failure has somebody to go to; handed over before the thread begins, and used by
            // nobody else from then on.
            nonisolated(unsafe) let poller = try Poller()
            nonisolated(unsafe) let alarm = try Alarm()
            try LoopThread.start(name: plan.configuration.name) {
                WorkerLoop(plan, poller: poller, alarm: alarm, mailbox: mailbox).run()
            }
            return Worker(mailbox: mailbox, pulse: plan.pulse)
        } catch {
            for listener in plan.listeners { Socket.close(listener.descriptor) }
            for listener in plan.peerListeners { Socket.close(listener.descriptor) }
            throw error
        }
    }

    /// The turn that its loop is in; `nil` while it waits for something to do.
    public var presentTurn: WorkerTurn? { pulse.present.map(WorkerTurn.init) }

    /// Everything that can be seen of the instance now; `nil` once the worker has ended.
    public func snapshot() async -> InstanceSnapshot? {
        await withCheckedContinuation { post(.snapshot($0)) }
    }

    /// Changes something of the instance while it runs.
    ///
    /// - Parameters:
    ///   - act: what to change.
    ///   - actor: who ordered it.
    ///   - reason: why.
    /// - Returns: whether it is done; refused as not running once the worker has ended.
    public func carryOut(_ act: RuntimeAct, actor: String, reason: String?) async -> ActResult {
        await withCheckedContinuation { post(.act(act, actor: actor, reason: reason, $0)) }
    }

    /// Closes its listening descriptors, so that another worker may accept in its place; sessions go on.
    public func stopAccepting() async {
        await withCheckedContinuation { post(.stopAccepting($0)) }
    }

    /// What a successor is to know of the servers.
    public func inheritance() async -> [ServerIdentity: InheritedServer] {
        await withCheckedContinuation { post(.inheritance($0)) }
    }

    /// Stops accepting, waits for the sessions to end, closes the others, ends the thread, and returns then.
    ///
    /// - Parameters:
    ///   - grace: how long sessions may go on; a second call may shorten it.
    ///   - isFinal: whether the instance is not to run afterwards: the history then has its servers UNKNOWN from now on.
    ///   - actor: who ordered it.
    ///   - reason: why.
    public func stop(grace: Duration, isFinal: Bool, actor: String?, reason: String?) async {
        await withCheckedContinuation {
            post(
                .stop(
                    graceMilliseconds: grace.wholeMilliseconds, isFinal: isFinal, actor: actor, reason: reason, $0))
        }
    }

    /// Stops like `stop` for a worker that another one has replaced.
    ///
    /// - Parameters:
    ///   - grace: how long sessions may go on; a call of `stop` may shorten it.
    ///   - actor: who ordered it.
    ///   - reason: why.
    /// - Returns: everything that could be seen as the thread ended, once it has; `nil` when it had ended before.
    public func finish(grace: Duration, actor: String?, reason: String?) async -> InstanceSnapshot? {
        await withCheckedContinuation { reply in
            post(
                .carryOut { loop in
                    guard let loop else { return reply.resume(returning: nil) }
                    loop.awaitingLastSnapshot.append(reply)
                    loop.stop(afterMilliseconds: grace.wholeMilliseconds, isFinal: false, actor: actor, reason: reason)
                })
        }
    }

    /// Returns when the thread has ended, for whatever reason.
    public func waitUntilEnded() async {
        await withCheckedContinuation { post(.awaitEnd($0)) }
    }

    func post(_ order: WorkerOrder) {
        if !mailbox.post(order) { order.refuse() }
    }
}
