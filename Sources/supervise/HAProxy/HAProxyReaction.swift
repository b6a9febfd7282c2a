import Glibc

/// What a signal does to a process that runs as HAProxy.
///
/// - Source: HAProxy 2.6 management guide, section 4, and what 2.6.12 does on each signal, alone and under `-W`.
enum HAProxyReaction: Sendable, Equatable {
    /// Ends at once by the same signal, sessions too; nothing is logged.
    case endBySignal
    /// Ends at once with this code, as a master does that takes its worker along.
    case end(code: Int32)
    /// Refuses new sessions, and ends when the last one has.
    case finish
    /// Reads the files anew.
    case reload
    /// Tells the servers' states.
    case tellStates
    /// Goes on.
    case none

    /// The signals that have a reaction.
    static let signals = [SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP]
    /// The signals that would end or stop the process where nobody reacts.
    ///
    /// A successor that cannot listen sends TTOU ("stop listening for a moment") and TTIN ("go on"): addresses are shared
    /// here, so it has no need to.
    static let ignored = [SIGPIPE, SIGTTOU, SIGTTIN, SIGALRM, SIGQUIT]

    /// Decides.
    ///
    /// - Parameters:
    ///   - signal: its number.
    ///   - isMaster: whether the process has a master's signals (`-W`).
    init(to signal: Int32, isMaster: Bool) {
        switch signal {
        // 128 + 2; a master that is ended by TERM has done as it was told.
        case SIGINT: self = isMaster ? .end(code: 130) : .endBySignal
        case SIGTERM: self = isMaster ? .end(code: 0) : .endBySignal
        case SIGUSR1: self = .finish
        case SIGUSR2: self = isMaster ? .reload : .none
        case SIGHUP: self = isMaster ? .reload : .tellStates
        default: self = .none
        }
    }
}
