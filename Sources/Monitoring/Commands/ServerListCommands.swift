import Configuration
import Model
import Proxy

/// The commands that list backends and servers.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts recorded from 2.6.12.
enum ServerListCommands {
    /// The commands.
    static let all = [showBackend, showServersState, showServersConnections]

    private static let showBackend = Command(
        "show backend", usage: "show backend", summary: "list backends in the current running config"
    ) { _, _, context in
        let backends = context.configuration.proxies.filter(\.hasBackend)
        return .answer("# name\n" + backends.map { "\($0.name)\n" }.joined())
    }

    private static let showServersState = Command(
        "show servers state", usage: "show servers state [<backend>]",
        summary: "dump volatile server information (all or for a single backend)"
    ) { arguments, _, context in
        await list(of: arguments[0], in: context, header: ServerStateLine.header) { ServerStateLine(of: $0).text }
    }

    private static let showServersConnections = Command(
        "show servers conn", usage: "show servers conn [<backend>]",
        summary: "dump server connections status (all or for a single backend)"
    ) { arguments, _, context in
        let header =
            "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb safe_nb idle_lim "
            + "idle_cur idle_per_thr[1]\n"
        return await list(of: arguments[0], in: context, header: header, line: connections)
    }

    /// Servers that are connected for each session anew have no idle connections; the limits are HAProxy's defaults.
    private static func connections(of state: ServerStateSnapshot) -> String {
        let server = state.server
        let used = server.counters.currentSessions + (server.isChecking ? 1 : 0)
        let wasUsed = server.lastCheck != nil || server.counters.connectAttempts > 0
        let name = "\(state.backend)/\(server.name) \(state.backendID)/\(server.id) \(state.host ?? "-") \(state.port)"
        // HAProxy gives those that commands add no memory for idle connections.
        if server.isDynamic { return "\(name) - 0 \(used) \(server.counters.maxSessions) 0 0 0 0 0\n" }
        let most = max(server.counters.maxSessions, wasUsed ? 1 : 0, used)
        return "\(name) - 5000 \(used) \(most) \(most) 0 0 -1 0 0\n"
    }

    private static func list(
        of backend: String, in context: CommandContext, header: String, line: (ServerStateSnapshot) -> String
    ) async -> Command.Outcome {
        let isKnown = context.configuration.proxies.contains { $0.hasBackend && $0.name == backend }
        guard backend.isEmpty || isKnown else { return .refusal("Can't find backend.") }
        guard let states = await context.ask(.serverStates(of: backend.isEmpty ? nil : backend)) else {
            return CommandContext.notRunning
        }
        return .answer(header + states.map(line).joined())
    }
}
