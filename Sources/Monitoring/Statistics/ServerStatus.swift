import Model

/// A server's state as the statistics word and colour it.
///
/// A server that is on its way to another state shows how far it has come: `UP 2/3` has two more checks to fail, `DOWN 1/2`
/// has one more to pass.
///
/// - Source: recorded from HAProxy 2.6.12; the management guide, section 9.1, field `status`.
enum ServerStatus: Hashable {
    /// In maintenance.
    case maintenance
    /// Out of service because its name has no address.
    case unresolved
    /// Failed its checks.
    case down
    /// Down, and `passed` of the `needed` checks have passed.
    case goingUp(passed: Int, needed: Int)
    /// Up, and `left` of `allowed` failed checks take it down.
    case goingDown(left: Int, allowed: Int)
    /// Takes traffic.
    case up
    /// Takes traffic only when no better server is left.
    case degraded
    /// Keeps its sessions and gets no new ones.
    case draining
    /// As `draining`, with `left` of `allowed` failed checks before it is down.
    case drainingGoingDown(left: Int, allowed: Int)
    /// Takes traffic, and nobody looks after it.
    case unchecked

    /// Finds out which it is.
    ///
    /// - Parameter server: the server at one moment.
    init(of server: ServerSnapshot) {
        let isFalling = server.isChecked && server.health < server.rise + server.fall - 1
        let left = server.health - server.rise + 1
        switch server.state {
        case _ where server.isUnresolved: self = .unresolved
        case .maint: self = .maintenance
        case .down where server.isChecked && server.health > 0:
            self = .goingUp(passed: server.health, needed: server.rise)
        case .down, .unknown: self = .down
        case .drain where isFalling: self = .drainingGoingDown(left: left, allowed: server.fall)
        case .drain: self = .draining
        case .degraded: self = .degraded
        case .up where isFalling: self = .goingDown(left: left, allowed: server.fall)
        case .up where !server.isChecked: self = .unchecked
        case .up: self = .up
        }
    }

    /// The words of the `status` field.
    var text: String {
        switch self {
        case .maintenance: "MAINT"
        case .unresolved: "MAINT (resolution)"
        case .down: "DOWN"
        case .goingUp(let passed, let needed): "DOWN \(passed)/\(needed)"
        case .goingDown(let left, let allowed): "UP \(left)/\(allowed)"
        case .up: "UP"
        case .degraded: "NOLB"
        case .draining: "DRAIN"
        case .drainingGoingDown(let left, let allowed): "DRAIN \(left)/\(allowed)"
        case .unchecked: "no check"
        }
    }

    /// Which way it is going, for the eye; empty when it stays.
    var arrow: String {
        switch self {
        case .goingUp: "↑"
        case .goingDown, .drainingGoingDown: "↓"
        case .maintenance, .unresolved, .down, .up, .degraded, .draining, .unchecked: ""
        }
    }

    /// The class of its row on the page, which scrapers and style sheets rely on.
    ///
    /// - Parameter server: the server that has this status; one with weight 0 is shown as drained.
    /// - Returns: such as `active_up` or `backup_down`.
    func rowClass(of server: ServerSnapshot) -> String {
        let kind = server.isBackup ? "backup" : "active"
        switch self {
        case .maintenance, .unresolved: return "maintain"
        case .down: return "\(kind)_down"
        case .goingUp: return "\(kind)_going_up"
        case .goingDown, .drainingGoingDown: return "\(kind)_going_down"
        case .up: return server.weight == 0 ? "\(kind)_draining" : "\(kind)_up"
        case .degraded: return "\(kind)_nolb"
        case .draining: return "\(kind)_draining"
        case .unchecked: return "\(kind)_no_check"
        }
    }
}
