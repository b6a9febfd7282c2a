import Model

/// A server's state as the statistics word and colour it.
///
/// A server that is on its way to another state shows how far it has come: `UP 2/3` has two more checks to fail, `DOWN 1/2`
/// has one more to pass.
///
/// - Source: recorded from HAProxy 2.6.12; the management guide, section 9.1, field `status`.
enum ServerStatus: Hashable {
    /// In maintenance, perhaps only because the server that it tracks is.
    case maintenance(via: String?)
    /// Out of service because its name has no address.
    case unresolved
    /// Failed its checks.
    case down
    /// Down, as its agent says.
    case downByAgent
    /// Down, and `passed` of the `needed` checks have passed.
    case goingUp(passed: Int, needed: Int)
    /// Up, and `left` of `allowed` failed checks take it down.
    case goingDown(left: Int, allowed: Int)
    /// Takes traffic.
    case up
    /// Takes traffic only when no better server is left.
    case degraded
    /// Keeps its sessions and gets no new ones, as its checks or somebody in their place said.
    case stopping
    /// As `stopping`, with `left` of `allowed` failed checks before it is down.
    case stoppingGoingDown(left: Int, allowed: Int)
    /// Keeps its sessions and gets no new ones.
    case draining
    /// Keeps its sessions and gets no new ones, while an agent is asked about it.
    case drainingByAgent
    /// As `draining`, with `left` of `allowed` failed checks before it is down.
    case drainingGoingDown(left: Int, allowed: Int)
    /// Takes traffic, and nobody looks after it.
    case unchecked

    /// Finds out which it is.
    ///
    /// - Parameter server: the server at one moment.
    init(of server: ServerSnapshot) {
        let position = server.position
        let isFalling = position.map { $0.health < $0.rise + $0.fall - 1 } ?? false
        let left = position.map { $0.health - $0.rise + 1 } ?? 0
        let allowed = position?.fall ?? 0
        let passed = position?.health ?? 0
        let needed = position?.rise ?? 0
        switch server.state {
        case _ where server.isUnresolved: self = .unresolved
        case .maint: self = .maintenance(via: server.isMaintenanceInherited ? server.tracks : nil)
        case .down where server.isUpByAgent == false: self = .downByAgent
        case .down where passed > 0 && passed < needed: self = .goingUp(passed: passed, needed: needed)
        case .down, .unknown: self = .down
        case .drain where server.isUpByAgent != nil: self = .drainingByAgent
        case .drain where isFalling: self = .drainingGoingDown(left: left, allowed: allowed)
        case .drain: self = .draining
        case .degraded: self = .degraded
        case .stopping where isFalling: self = .stoppingGoingDown(left: left, allowed: allowed)
        case .stopping: self = .stopping
        case .up where isFalling: self = .goingDown(left: left, allowed: allowed)
        case .up where position == nil: self = .unchecked
        case .up: self = .up
        }
    }

    /// The words of the `status` field.
    var text: String {
        switch self {
        case .maintenance(let tracked): tracked.map { "MAINT (via \($0))" } ?? "MAINT"
        case .unresolved: "MAINT (resolution)"
        case .down: "DOWN"
        case .downByAgent: "DOWN (agent)"
        case .goingUp(let passed, let needed): "DOWN \(passed)/\(needed)"
        case .goingDown(let left, let allowed): "UP \(left)/\(allowed)"
        case .up: "UP"
        case .degraded, .stopping: "NOLB"
        case .stoppingGoingDown(let left, let allowed): "NOLB \(left)/\(allowed)"
        case .draining: "DRAIN"
        case .drainingByAgent: "DRAIN (agent)"
        case .drainingGoingDown(let left, let allowed): "DRAIN \(left)/\(allowed)"
        case .unchecked: "no check"
        }
    }

    /// The same for the page, which says in a column of its own whose maintenance it is.
    ///
    /// Programs read `NOLB` of a degraded server, which they know; people read what it is.
    var shortText: String {
        if case .maintenance = self { return "MAINT" }
        return self == .degraded ? "DEGRADED" : text
    }

    /// Which way it is going, for the eye; empty when it stays.
    var arrow: String {
        switch self {
        case .goingUp: "↑"
        case .goingDown, .drainingGoingDown, .stoppingGoingDown: "↓"
        case .maintenance, .unresolved, .down, .downByAgent, .up, .degraded, .stopping, .draining, .drainingByAgent,
            .unchecked:
            ""
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
        case .down, .downByAgent: return "\(kind)_down"
        case .goingUp: return "\(kind)_going_up"
        case .goingDown, .drainingGoingDown, .stoppingGoingDown: return "\(kind)_going_down"
        case .up: return server.weight == 0 ? "\(kind)_draining" : "\(kind)_up"
        case .degraded, .stopping: return "\(kind)_nolb"
        case .draining, .drainingByAgent: return "\(kind)_draining"
        case .unchecked: return "\(kind)_no_check"
        }
    }
}
