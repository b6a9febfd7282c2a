import Monitoring
import Settings

/// How a run shows itself, and to whom: what `up` is told besides the instances.
struct RunManner: Sendable {
    /// Where instances and history are served over TCP.
    var dashboard: DashboardOption
    /// Who may change something there; `nil` is nobody.
    var dashboardUsers: DashboardUsers?
    /// The group that may give orders; `nil` is that of this process.
    var controlGroup: UInt32?
    /// What supervise.yaml says.
    var options: SupervisorOptions
    /// Whether an instance is reloaded when its file changes.
    var watchesFiles: Bool
    /// How the run's own messages are written.
    var messages: MessageStyle
}
