/// The life of an instance, as `supervise status` shows it.
///
/// - Source: supervisord's process states, with RELOADING and STOPPED after systemd.
public enum InstanceState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its sockets are being bound and its worker started.
    case starting = "STARTING"
    /// Its worker turns.
    case running = "RUNNING"
    /// It runs while its file is being read anew.
    case reloading = "RELOADING"
    /// It takes no new sessions and lets the others end.
    case stopping = "STOPPING"
    /// Stopped by order.
    case stopped = "STOPPED"
    /// It could not be started; the next attempt is planned.
    case backoff = "BACKOFF"
    /// It failed too often; attempts go on, once a minute.
    case fatal = "FATAL"
}
