import Model
import Supervision

// What travels over the control socket, written once for both ends. Answers with rows (`status`, `history`) are written
// from `Row`, so that they have the same fields as the command line's `--json`.

/// The body of an order to an instance, a stand-in or the supervisor; may be left out.
struct OrderRequest: Codable, Sendable {
    enum CodingKeys: String, CodingKey {
        case reason
        case isDryRun = "dry_run"
        case graceMilliseconds = "grace_ms"
        case drainMilliseconds = "drain_ms"
    }

    /// Why, in that person's words.
    var reason: String?
    /// A reload alone: whether it is only worked out.
    var isDryRun: Bool?
    /// A restart alone: how long the old worker's sessions go on.
    var graceMilliseconds: Int64?
    /// A shutdown alone: how long sessions go on.
    var drainMilliseconds: Int64?

    /// What of it an order to an instance takes.
    var options: OrderOptions {
        var options = OrderOptions()
        options.isDryRun = isDryRun ?? false
        options.grace = graceMilliseconds.map { .milliseconds(max(0, $0)) }
        return options
    }
}

/// The answer of `POST /v1/instances/NAME/reload`: what it does, or would do in a dry run.
struct ReloadAnswer: Decodable, Sendable {
    enum CodingKeys: String, CodingKey {
        case way, changes
        case causes = "new_worker_for"
    }

    /// `nothing has changed`, `in place` or `new worker`; all are `nil` where nothing is known of what was done.
    var way: String?
    /// Each difference in words.
    var changes: [String]?
    /// Those that take a new worker.
    var causes: [String]?

    /// The plan that a client reads from it.
    var plan: ReloadPlan? {
        guard let changes, let causes else { return nil }
        return ReloadPlan(changes: changes, causes: causes)
    }

    /// The body that says a plan.
    ///
    /// - Parameter plan: the plan.
    /// - Returns: the body.
    static func json(_ plan: ReloadPlan) -> JSON {
        .object([
            JSON.Field(CodingKeys.way.rawValue, .string(plan.way.rawValue)),
            JSON.Field(CodingKeys.changes.rawValue, .array(plan.changes.map(JSON.string))),
            JSON.Field(CodingKeys.causes.rawValue, .array(plan.causes.map(JSON.string))),
        ])
    }
}

/// The body of `POST /v1/servers`.
struct ServerOrderRequest: Codable, Sendable {
    /// `SERVER`, `INSTANCE/SERVER` or `INSTANCE/PROXY/SERVER`.
    var server: String
    /// The state to set.
    var state: AdministrativeState
    /// Why, in that person's words.
    var reason: String?
}

/// The answer of `POST /v1/servers`.
struct ServerOrderAnswer: Codable, Sendable {
    /// The servers that matched, as `instance/proxy/server`.
    var servers: [String]
}

/// The answer of `POST /v1/settings/reload`.
struct SettingsAnswer: Codable, Sendable {
    /// What is another now, or would be, in words.
    var changes: [String]
}

/// The answer of `POST /v1/shutdown`.
struct ShutdownAnswer: Codable, Sendable {
    /// The process that will end.
    var pid: Int32
}

/// The answer to every request that was not carried out.
struct ErrorAnswer: Codable, Sendable {
    /// What is wrong.
    var error: String
    /// The name that was not found.
    var name: String?
    /// The name that was probably meant.
    var suggestion: String?
    /// All diagnostics of a refused configuration.
    var diagnostics: [String]?

    /// An error as the supervisor throws it.
    ///
    /// - Parameter error: the error.
    init(_ error: ControlError) {
        switch error {
        case .notFound(let missing, let close):
            self.error = "no instance, server or stand-in is called '\(missing)'"
            name = missing
            suggestion = close
        case .refusedConfiguration(let lines):
            self.error = "the configuration was refused; the old one goes on"
            diagnostics = lines
        case .failed(let text):
            self.error = text
        }
    }

    /// A name that is not in the history.
    ///
    /// - Parameter missing: the name.
    init(_ missing: KnownServers.NotFound) {
        error = "the history knows no \(missing.kind) '\(missing.name)'"
        name = missing.name
        suggestion = missing.suggestion
    }

    /// An error of the request itself.
    ///
    /// - Parameter text: what is wrong.
    init(_ text: String) {
        error = text
    }

    /// The body.
    var json: JSON {
        var fields = [JSON.Field("error", .string(error))]
        if let name { fields.append(JSON.Field("name", .string(name))) }
        if let suggestion { fields.append(JSON.Field("suggestion", .string(suggestion))) }
        if let diagnostics { fields.append(JSON.Field("diagnostics", .array(diagnostics.map(JSON.string)))) }
        return .object(fields)
    }
}

/// The answer of `GET /v1/instances`, as a client reads it.
struct InstancesAnswer: Decodable, Sendable {
    /// One entry an instance.
    var instances: [InstanceEntry]
}

/// One instance of `GET /v1/instances`: the fields of `status`, and what stands below its table.
struct InstanceEntry: Decodable, Sendable {
    enum CodingKeys: String, CodingKey {
        case instance, state, listen, servers, sessions, restarts, reason, warnings
        case uptimeSeconds = "uptime_s"
        case serversUp = "servers_up"
        case isOnBackup = "on_backup"
        case isHeld = "held"
        case processID = "pid"
        case proxiesWithoutServer = "without_server"
        case nextTry = "next_try"
        case finishingWorkers = "finishing_workers"
        case finishingSessions = "finishing_sessions"
        case longTurns = "long_turns"
    }

    var instance: String
    var state: InstanceState
    var reason: String?
    var warnings: [String]
    var uptimeSeconds: Int64?
    var listen: [String]
    var serversUp: Int
    var servers: Int
    var isOnBackup: Bool
    var isHeld: Bool
    var sessions: Int
    var restarts: Int
    var processID: Int32
    var proxiesWithoutServer: [String]
    var nextTry: String?
    var finishingWorkers: Int?
    var finishingSessions: Int?
    var longTurns: Int?

    var status: InstanceStatus {
        var status = InstanceStatus(instance: instance, state: state)
        status.reason = reason
        status.uptimeMilliseconds = uptimeSeconds.map { $0 * 1000 }
        status.listen = listen
        status.serversUp = serversUp
        status.servers = servers
        status.isOnBackup = isOnBackup
        status.isHeld = isHeld
        status.warnings = warnings
        status.sessions = sessions
        status.restarts = restarts
        status.processID = processID
        status.proxiesWithoutServer = proxiesWithoutServer
        status.nextTry = nextTry.flatMap(RFC3339.parse)
        status.finishingWorkers = finishingWorkers ?? 0
        status.finishingSessions = finishingSessions ?? 0
        status.longTurns = longTurns ?? 0
        return status
    }
}

/// The answer of `GET /v1/stand-ins`, as a client reads it.
struct StandInsAnswer: Decodable, Sendable {
    /// One entry a stand-in.
    var standIns: [StandInEntry]

    enum CodingKeys: String, CodingKey {
        case standIns = "stand_ins"
    }
}

/// One stand-in of `GET /v1/stand-ins`.
struct StandInEntry: Decodable, Sendable {
    enum CodingKeys: String, CodingKey {
        case name, replaces, address, connections
        case isRunning = "running"
    }

    var name: String
    var replaces: String
    var address: String
    var isRunning: Bool
    var connections: Int

    var status: StandInStatus {
        StandInStatus(
            name: name, replaces: replaces, address: address, isRunning: isRunning, connections: connections)
    }
}
