import Model
import Proxy

/// What an instance needs of its worker; `Worker` is the one there is, tests bring others.
protocol InstanceWorker: AnyObject, Sendable {
    /// Everything that can be seen now; `nil` once the worker has ended.
    func snapshot() async -> InstanceSnapshot?
    /// Has a request carried out; `nil` once the worker has ended.
    func ask<Answer: Sendable>(_ request: WorkerRequest<Answer>) async -> Answer?
    /// Sets a server's administrative state; false when there is no such server or the worker has ended.
    func set(_ state: AdministrativeState, of server: ServerIdentity, actor: String, reason: String?) async -> Bool
    /// Closes its listening descriptors; sessions go on.
    func stopAccepting() async
    /// What a successor is to know of the servers.
    func inheritance() async -> [ServerIdentity: InheritedServer]
    /// Ends the sessions within `grace`, then the thread; a second call may shorten it.
    func stop(grace: Duration, isFinal: Bool, actor: String?, reason: String?) async
    /// Returns when the thread has ended, for whatever reason.
    func waitUntilEnded() async
}

extension Worker: InstanceWorker {}
