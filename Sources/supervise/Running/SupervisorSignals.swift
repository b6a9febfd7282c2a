import Foundation
import Supervision
import UnixSignals

/// What a signal means to a running supervisor.
enum SupervisorSignal: Sendable, Equatable {
    /// End: the first lets sessions end by themselves for a while, the second ends at once (SIGTERM, SIGINT).
    case end
    /// Read all files anew (SIGHUP; SIGUSR2, as HAProxy's master does).
    case reload
    /// End with the last session, as HAProxy does (SIGUSR1).
    case endSoftly

    /// The signals that mean something.
    static let trapped: [UnixSignal] = [.sigterm, .sigint, .sighup, .sigusr1, .sigusr2]

    /// Reads a signal.
    ///
    /// - Parameter signal: one of `trapped`.
    init(_ signal: UnixSignal) {
        switch signal {
        case .sighup, .sigusr2: self = .reload
        case .sigusr1: self = .endSoftly
        default: self = .end
        }
    }

    /// Does what it means.
    ///
    /// - Parameters:
    ///   - supervisor: to whom.
    ///   - name: the signal's name, for the history.
    ///   - manager: the service manager, which waits for the end of a reload.
    func act(on supervisor: Supervisor, name: String, telling manager: ServiceManager?) async {
        let who = Operator(name: name)
        switch self {
        case .end: await supervisor.shutDown(by: who)
        case .endSoftly: await supervisor.stopSoftly(by: who)
        // A look-up may take its time, and the next signal may be one to end.
        case .reload:
            Task {
                manager?.reloading()
                await supervisor.reloadAll(by: who)
                manager?.reloaded()
            }
        }
    }
}
