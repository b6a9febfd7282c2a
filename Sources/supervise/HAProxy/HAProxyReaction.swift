import Glibc

/// What a signal does to a process that has the traffic, whether it has a master or not.
///
/// - Source: HAProxy 2.6 management guide, section 4, and what 2.6.12 does on each signal.
enum HAProxyReaction: Sendable, Equatable {
    /// Ends at once by the same signal, sessions too; nothing is logged.
    case endBySignal
    /// Refuses new sessions, and ends when the last one has.
    case finish
    /// Stops listening, so that another process can have the addresses; sessions go on.
    case pause
    /// Listens again.
    case resume
    /// Tells the servers' states.
    case tellStates
    /// Goes on.
    case none

    /// The signals that have a reaction.
    static let signals = [SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP, SIGTTOU, SIGTTIN]
    /// The signals that would end the process where nobody reacts.
    static let ignored = [SIGPIPE, SIGALRM, SIGQUIT]

    /// Decides.
    ///
    /// - Parameter signal: its number.
    init(to signal: Int32) {
        switch signal {
        case SIGINT, SIGTERM: self = .endBySignal
        case SIGUSR1: self = .finish
        case SIGTTOU: self = .pause
        case SIGTTIN: self = .resume
        case SIGHUP: self = .tellStates
        default: self = .none
        }
    }
}

/// What a signal does to a master.
///
/// - Source: as above, under `-W`.
enum HAProxyMasterReaction: Sendable, Equatable {
    /// Hands the signal on, and ends when all workers have.
    case end
    /// Reads the files anew and starts another worker.
    case reload
    /// Goes on.
    case none

    /// Decides.
    ///
    /// - Parameter signal: its number.
    init(to signal: Int32) {
        switch signal {
        case SIGINT, SIGTERM, SIGUSR1: self = .end
        case SIGUSR2, SIGHUP: self = .reload
        default: self = .none
        }
    }
}
