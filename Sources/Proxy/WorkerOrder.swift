import EventLoop
import Model

/// What can be asked of a worker from outside; each case carries whom to answer.
enum WorkerOrder: Sendable {
    case snapshot(CheckedContinuation<InstanceSnapshot?, Never>)
    case act(RuntimeAct, actor: String, reason: String?, CheckedContinuation<ActResult, Never>)
    case stopAccepting(CheckedContinuation<Void, Never>)
    case inheritance(CheckedContinuation<[ServerIdentity: InheritedServer], Never>)
    /// A request of which only its answer's receiver knows more; called without a loop when there is none any more.
    case carryOut(@Sendable (WorkerLoop?) -> Void)
    /// The system has answered a look-up, by its position.
    case lookedUp(Int, Resolver.Answer)
    case awaitEnd(CheckedContinuation<Void, Never>)
    case stop(
        graceMilliseconds: Int64, isFinal: Bool, actor: String?, reason: String?, CheckedContinuation<Void, Never>)

    /// Answers as a worker that has ended does.
    func refuse() {
        switch self {
        case .snapshot(let reply): reply.resume(returning: nil)
        case .act(_, _, _, let reply): reply.resume(returning: .refused(.notRunning))
        case .stopAccepting(let reply): reply.resume()
        case .inheritance(let reply): reply.resume(returning: [:])
        case .carryOut(let body): body(nil)
        case .lookedUp: break
        case .awaitEnd(let reply): reply.resume()
        case .stop(_, _, _, _, let reply): reply.resume()
        }
    }
}
