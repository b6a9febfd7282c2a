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
        let named = context.configuration.proxy(named: backend, where: \.hasBackend)
        guard backend.isEmpty || named != nil else { return .refusal("Can't find backend.") }
        guard let states = await context.ask(.serverStates(of: named?.name)), let snapshot = await context.snapshot()
        else { return CommandContext.notRunning }
        let used = Dictionary(grouping: states, by: \.backend)
        let shown = context.configuration.proxies.filter { proxy in
            proxy.hasBackend && (named == nil || proxy.name == named?.name)
        }
        let rows = shown.flatMap { proxy in
            proxy.isDisabled
                ? proxy.servers.map { state(of: $0, in: proxy, snapshot.uptimeMilliseconds) } : used[proxy.name] ?? []
        }
        return .answer(header + rows.map(line).joined())
    }

    /// A server of a proxy that is switched off, as HAProxy shows it: in service, without a number or a check.
    private static func state(
        of server: ServerConfiguration, in proxy: ProxyConfiguration, _ uptimeMilliseconds: Int64
    ) -> ServerStateSnapshot {
        var snapshot = ServerSnapshot(name: server.name, id: server.hasGivenID ? server.id : 0, address: "-")
        snapshot.isBackup = server.isBackup
        snapshot.weight = server.weight
        (snapshot.configuredWeight, snapshot.fileWeight) = (server.weight, server.weight)
        snapshot.counters.secondsSinceLastChange = Int(uptimeMilliseconds / 1_000)
        if server.isDisabled { snapshot.administrative = .maint }
        var state = ServerStateSnapshot(snapshot, backend: proxy.name, backendID: proxy.id)
        state.hasGivenBackendID = proxy.hasGivenID
        state.hasGivenID = server.hasGivenID
        state.isDisabledInFile = server.isDisabled
        state.usesTLS = server.tls != nil
        if case .ip(let host, let port) = server.address { (state.host, state.port) = ("\(host)", Int(port)) }
        return state
    }
}
