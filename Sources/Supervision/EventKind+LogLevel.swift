import Logging
import Model

extension EventKind {
    /// How loud the supervisor tells of it.
    var logLevel: Logger.Level {
        switch self {
        case .crashed, .stalled, .fatal: .error
        case .backoff, .reloadRefused, .supervisorLost, .panic, .gap, .historyTrouble, .clockSetBack, .clockSetForward,
            .alertFailed, .acceptingPaused:
            .warning
        case .supervisorStarted, .supervisorStopped, .started, .stopped, .restarted, .reloaded, .configurationChanged,
            .drain, .maint, .ready, .addressChanged, .calm, .changed, .held, .failback, .rebalance, .rebalanced,
            .acceptingResumed, .upgraded:
            .notice
        }
    }
}
