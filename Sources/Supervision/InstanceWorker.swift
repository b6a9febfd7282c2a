import Model
import Proxy

/// What an instance needs of its worker; `Worker` is the one there is, tests bring others.
protocol InstanceWorker: AnyObject, Sendable {
    /// Its threads, each of which has sessions of its own: itself where it is one thread alone.
    var threads: [any InstanceWorker] { get }
    /// The turn that its loop is in; `nil` while it waits for something to do.
    var presentTurn: WorkerTurn? { get }
    /// Everything that can be seen now; `nil` once the worker has ended.
    func snapshot() async -> InstanceSnapshot?
    /// Has a request carried out; `nil` once the worker has ended.
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer?
    /// Changes something of the instance; refused as not running when the worker has ended.
    func carryOut(_ act: RuntimeAct, actor: String, reason: String?) async -> ActResult
    /// Closes its listening descriptors; sessions go on.
    func stopAccepting() async
    /// What a successor is to know of the servers.
    func inheritance() async -> [ServerIdentity: InheritedServer]
    /// Ends the sessions within `grace`, then the thread; a second call may shorten it.
    func stop(grace: Duration, isFinal: Bool, actor: String?, reason: String?) async
    /// Returns when the thread has ended, for whatever reason.
    func waitUntilEnded() async
    /// Ends sessions as the worker says that has taken its place; returns at once.
    func take(_ mark: SessionMark)
    /// Stops once another worker has taken its place; what could be seen as the thread ended, `nil` when it had before.
    func finish(grace: Duration, actor: String?, reason: String?) async -> InstanceSnapshot?
}

extension InstanceWorker {
    /// Never in a turn, like one that has no loop.
    var presentTurn: WorkerTurn? { nil }

    /// One thread alone.
    var threads: [any InstanceWorker] { [self] }
}

extension Worker: InstanceWorker {}
