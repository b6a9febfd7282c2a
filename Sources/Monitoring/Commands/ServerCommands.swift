import Configuration
import Model
import Supervision

/// The stats socket's commands that change a server.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts, and the order in which mistakes are found, recorded from
///   2.6.12.
enum ServerCommands {
    /// The rows of the table.
    static let all = [
        getWeight, setWeight, setServer, setMaxconn,
        command("enable agent", summary: "enable agent checks") { _, _ in .setAgent(isOn: true) },
        command("disable agent", summary: "disable agent checks") { _, _ in .setAgent(isOn: false) },
        command(
            "enable server", usage: "enable server  (DEPRECATED)",
            summary: "enable a disabled server (use 'set server' instead)"
        ) { _, _ in .setState(.ready) },
        command(
            "disable server", usage: "disable server (DEPRECATED)",
            summary: "disable a server for maintenance (use 'set server' instead)"
        ) { _, _ in .setState(.maint) },
        command("enable health", summary: "enable health checks") { _, _ in .setChecks(isOn: true) },
        command("disable health", summary: "disable health checks") { _, _ in .setChecks(isOn: false) },
        command(
            "shutdown sessions server", usage: "shutdown sessions server <bk>/<srv>",
            summary: "kill sessions on a server"
        ) { _, _ in .endSessions },
    ]

    private static let getWeight = Command(
        "get weight", usage: "get weight <bk>/<srv>", summary: "report a server's current weight"
    ) { arguments, _, context in
        do throws(ActRefusal) {
            if let unused = unusedServer(arguments[0], in: context) {
                return .answer("\(unused.weight) (initial \(unused.weight))\n")
            }
            let server = try await NamedServer(arguments[0], in: context).server
            return .answer("\(server.configuredWeight) (initial \(server.fileWeight))\n")
        } catch {
            return ActResult.refused(error).outcome
        }
    }

    /// A server of a proxy that is switched off: its weight can be asked for all the same.
    private static func unusedServer(_ word: String, in context: CommandContext) -> ServerConfiguration? {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let proxy = context.configuration.proxy(named: parts[0], where: \.hasBackend) else {
            return nil
        }
        return proxy.isDisabled ? proxy.servers.first { $0.name == parts[1] } : nil
    }

    private static let setWeight = command(
        "set weight", usage: "set weight <bk>/<srv>  (DEPRECATED)",
        summary: "change a server's weight (use 'set server' instead)"
    ) { _, values throws(ActRefusal) in .setWeight(try WeightChange(values[1])) }

    private static let setMaxconn = command(
        "set maxconn server", usage: "set maxconn server <bk>/<srv>", summary: "change a server's maxconn setting"
    ) { _, values throws(ActRefusal) in
        try .setSessionLimit(values[1])
    }

    private static let setServer = command(
        "set server", usage: "set server <bk>/<srv> [opts]",
        summary: "change a server's state, weight, address or ssl"
    ) { server, values throws(ActRefusal) in
        switch values[1] {
        case "weight": return .setWeight(try WeightChange(values[2]))
        case "state":
            guard let state = AdministrativeState(rawValue: values[2]) else {
                throw .invalid("'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n")
            }
            return .setState(state)
        case "health":
            guard let state = OperationalState(orderedAs: values[2]) else {
                throw .invalid("'set server <srv> health' expects 'up', 'stopping', or 'down'.\n")
            }
            return .setHealth(state)
        case "addr":
            guard !values[2].isEmpty else { throw .invalid(addressExpected("addr")) }
            return .setAddress(host: values[2], port: values[3] == "port" ? values[4] : nil)
        case "check-addr":
            guard !values[2].isEmpty else { throw .invalid(addressExpected("check-addr")) }
            guard server.server.isChecked else { throw .notChecked }
            return .setCheckAddress(host: values[2], port: values[3] == "port" ? try checkPort(values[4]) : nil)
        case "check-port":
            guard !values[2].isEmpty else { throw .invalid("set server <b>/<s> check-port requires a port.\n") }
            guard server.server.isChecked else { throw .notChecked }
            return .setCheckAddress(host: nil, port: try checkPort(values[2]))
        case "fqdn":
            guard !values[2].isEmpty else { throw .invalid("set server <b>/<s> fqdn requires a FQDN.\n") }
            return .setHostName(values[2])
        case "ssl" where server.server.isDynamic:
            throw .invalid("'set server <srv> ssl' not supported on dynamic servers\n")
        case "ssl":
            let isOn: [String: Bool] = ["on": true, "off": false]
            if let isOn = isOn[values[2]] { return .setTLS(isOn: isOn) }
            guard server.server.canSwitchTLS else {
                throw .invalid(
                    "'set server <srv> ssl' cannot be set.  default-server should define ssl settings\n")
            }
            throw .invalid("'set server <srv> ssl' expects 'on' or 'off'.\n")
        case "agent":
            guard server.server.agent != nil else { throw .agentNotAsked }
            guard values[2] == "up" || values[2] == "down" else {
                throw .invalid("'set server <srv> agent' expects 'up' or 'down'.\n")
            }
            return .setAgentHealth(isUp: values[2] == "up")
        case "agent-send":
            guard server.server.agent != nil else { throw .agentNotAsked }
            return .setAgentQuestion(values[2])
        case "agent-addr":
            guard !values[2].isEmpty else { throw .invalid(addressExpected("agent-addr")) }
            guard server.server.agent != nil else { throw agentHasNoAddress }
            return .setAgentAddress(host: values[2], port: values[3] == "port" ? try checkPort(values[4]) : nil)
        case "agent-port":
            guard !values[2].isEmpty else { throw .invalid("set server <b>/<s> agent-port requires a port.\n") }
            guard server.server.agent != nil else { throw agentHasNoAddress }
            return .setAgentAddress(host: nil, port: try checkPort(values[2]))
        default:
            throw .invalid(
                "usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | "
                    + "check-addr | check-port | fqdn | health | ssl | state | weight\n")
        }
    }

    /// As HAProxy has it, without the line feed and the full stop that the agent's other refusals have.
    private static let agentHasNoAddress = ActRefusal.invalid("agent checks are not enabled on this server")

    private static func addressExpected(_ word: String) -> String {
        "set server <b>/<s> \(word) requires an address and optionally a port.\n"
    }

    private static func checkPort(_ word: String) throws(ActRefusal) -> UInt16 {
        let number = LeadingInteger(word)
        guard let value = number.value, number.rest.isEmpty else { throw .invalid("provided port is not an integer") }
        guard let port = UInt16(exactly: value) else { throw .invalid("provided port is invalid") }
        return port
    }

    /// A command that names a server, its first argument, and changes it.
    private static func command(
        _ words: String, usage: String? = nil, summary: String,
        act: @escaping @Sendable (_ server: NamedServer, _ arguments: CommandArguments) throws(ActRefusal) -> ServerAct
    ) -> Command {
        Command(words, usage: usage ?? words, summary: summary, level: .admin) { arguments, _, context in
            do throws(ActRefusal) {
                let server = try await NamedServer(arguments[0], in: context)
                return await context.carryOut(.server(server.identity, try act(server, arguments))).outcome
            } catch {
                return ActResult.refused(error).outcome
            }
        }
    }
}

extension CommandContext {
    /// Changes something of the instance, in the name of whoever is connected.
    ///
    /// - Parameter act: what to change.
    /// - Returns: whether it is done.
    func carryOut(_ act: RuntimeAct) async -> ActResult {
        do throws(ControlError) {
            return try await control.carryOut(act, on: instance, by: actor)
        } catch {
            // An instance that the supervisor does not know any more is one that nothing runs.
            return .refused(.notRunning)
        }
    }
}

extension ActResult {
    /// What the stats socket says of it.
    var outcome: Command.Outcome {
        switch self {
        case .done: .done
        case .told(let words): .message(words, .warning)
        case .refused(let refusal): .message(refusal.description, .error)
        }
    }
}

extension OperationalState {
    /// Reads what a person says of a server's health.
    ///
    /// - Parameter word: `up`, `stopping` or `down`; anything else is no health.
    init?(orderedAs word: String) {
        switch word {
        case "up": self = .up
        case "stopping": self = .stopping
        case "down": self = .down
        default: return nil
        }
    }
}
