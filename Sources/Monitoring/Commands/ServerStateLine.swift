import Model

/// A server's line in `show servers state`, which is also that of a server-state file.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show servers state`; values recorded from 2.6.12.
struct ServerStateLine {
    /// The format's number and the names of its columns, a line each.
    static let header =
        "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
        + "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state "
        + "srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port "
        + "srv_check_addr srv_agent_addr srv_agent_port\n"

    private let state: ServerStateSnapshot
    private var server: ServerSnapshot { state.server }

    /// Takes a server.
    ///
    /// - Parameter state: the server at one moment.
    init(of state: ServerStateSnapshot) { self.state = state }

    /// The line with its line feed.
    var text: String {
        let columns: [String] = [
            "\(state.backendID)", state.backend, "\(server.id)", server.name, state.host ?? "-",
            "\(operational)", "\(administrative.rawValue)", "\(server.configuredWeight)", "\(server.fileWeight)",
            "\(server.counters.secondsSinceLastChange)", "\(checkStatus)", "\(checkResult)", "\(health)",
            "\(check.rawValue)", "\(agent.rawValue)", state.hasGivenBackendID ? "1" : "0", state.hasGivenID ? "1" : "0",
            state.hostName ?? "-", "\(state.port)", state.serviceName ?? "-", state.usesTLS ? "1" : "0",
            "\(state.checkPort)", state.checkAddress ?? "-", state.agentAddress ?? "-", "\(state.agentPort)",
        ]
        return columns.joined(separator: " ") + "\n"
    }

    /// 0 stopped, 1 starting, 2 running, 3 stopping.
    private var operational: Int {
        switch server.state {
        case _ where server.isUnresolved: 0
        case .down, .maint, .unknown: 0
        case .degraded, .stopping: 3
        case .drain, .up: server.slowStartPercent == nil ? 2 : 1
        }
    }

    private struct Administrative: OptionSet {
        let rawValue: Int
        static let orderedMaintenance = Self(rawValue: 0x01)
        static let inheritedMaintenance = Self(rawValue: 0x02)
        static let configuredMaintenance = Self(rawValue: 0x04)
        static let orderedDrain = Self(rawValue: 0x08)
        static let unresolved = Self(rawValue: 0x20)
    }

    private var administrative: Administrative {
        var flags: Administrative = []
        switch server.administrative {
        case .ready: break
        case .drain: flags = .orderedDrain
        case .maint where server.isMaintenanceInherited: flags = .inheritedMaintenance
        case .maint: flags = .orderedMaintenance
        }
        // What the file said stays to be seen, whatever was ordered since.
        if state.isDisabledInFile { flags.insert(.configuredMaintenance) }
        // Nobody asks for the names of those that commands add.
        if server.isUnresolved, !server.isDynamic { flags.insert(.unresolved) }
        return flags
    }

    private struct Check: OptionSet {
        let rawValue: Int
        static let inProgress = Self(rawValue: 0x01)
        static let configured = Self(rawValue: 0x02)
        static let enabled = Self(rawValue: 0x04)
        static let paused = Self(rawValue: 0x08)
        static let agent = Self(rawValue: 0x10)
    }

    private var check: Check {
        guard server.isChecked else {
            var flags: Check = server.isDynamic && state.hasCheck ? .configured : []
            if state.isDisabledInFile { flags.insert(.paused) }
            return flags
        }
        var flags: Check = [.configured, .enabled]
        if server.isChecking { flags.insert(.inProgress) }
        if server.administrative == .maint || server.isUnresolved { flags.insert(.paused) }
        return flags
    }

    private var agent: Check {
        guard state.hasAgent else { return [] }
        guard let agent = server.agent else { return [.configured, .agent] }
        return agent.isBeingAsked ? [.configured, .enabled, .agent, .inProgress] : [.configured, .enabled, .agent]
    }

    private var health: Int {
        if server.isUnresolved || server.administrative == .maint { return 0 }
        // A server that nobody checks is at HAProxy's default of two passed checks.
        return server.isChecked ? server.health : state.beganInService ? 2 : 0
    }

    /// 0 unknown, 2 failed, 3 passed, 4 passed with a condition; a check under way has no result yet.
    private var checkResult: Int {
        guard server.isChecked, !server.isChecking, let result = server.lastCheck else { return 0 }
        switch result.status {
        case .unknown, .initializing: return 0
        case .noChange: return 1
        case .layer7Conditional: return 4
        case let status: return status.isSuccess ? 3 : 2
        }
    }

    private var checkStatus: Int {
        guard server.isChecked else { return 1 }
        switch server.lastCheck?.status ?? .initializing {
        case .unknown: return 0
        case .initializing: return 1
        case .noChange: return 3
        case .analysis: return 4
        case .socketError: return 5
        case .layer4OK: return 6
        case .layer4Timeout: return 7
        case .layer4Error: return 8
        case .layer6OK: return 9
        case .layer6Timeout: return 10
        case .layer6Error: return 11
        case .layer7Timeout: return 12
        case .layer7InvalidResponse: return 13
        case .layer7OK: return 15
        case .layer7Conditional: return 16
        case .layer7Error: return 17
        case .processError: return 18
        case .processTimeout: return 19
        case .processOK: return 20
        }
    }
}
