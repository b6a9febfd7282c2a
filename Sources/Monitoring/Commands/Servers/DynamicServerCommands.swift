import Configuration
import Model

/// The commands that add servers and take them away.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `add server` and `del server`; texts, and the order in which
///   mistakes are found, recorded from 2.6.12.
enum DynamicServerCommands {
    /// The commands.
    static let all = [
        command("add server", summary: "create a new server", told: "New server registered.\n") {
            .addServer(backend: $0.proxy, line: [$0.server] + $1)
        },
        command("del server", summary: "remove a dynamically added server", told: "Server deleted.") { server, _ in
            .removeServer(server)
        },
    ]

    /// A command whose first argument is `BACKEND/SERVER`.
    private static func command(
        _ words: String, summary: String, told: String,
        act: @escaping @Sendable (_ server: ServerIdentity, _ line: [String]) -> RuntimeAct
    ) -> Command {
        Command(words, usage: "\(words) <bk>/<srv>", summary: summary, level: .admin) { arguments, _, context in
            let parts = arguments[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
                .map(String.init)
            guard parts.count == 2, !parts[1].isEmpty else { return .message("Require 'backend/server'.", .error) }
            let backend = context.configuration.proxy(named: parts[0], where: \.hasBackend)?.name ?? parts[0]
            let server = ServerIdentity(
                instance: context.instance, proxy: backend,
                server: await name(of: parts[1], in: backend, act: words, context))
            switch await context.carryOut(act(server, Array(arguments.all.dropFirst()))) {
            case .done, .told: return .message(told, .info)
            case .refused(let refusal): return .message(refusal.description, .error)
            }
        }
    }

    /// The name of a server that a command takes away, which may be named by its number: `#2`.
    private static func name(
        of word: String, in backend: String, act: String, _ context: CommandContext
    ) async -> String {
        guard act == "del server", word.hasPrefix("#"), let id = Int(word.dropFirst()) else { return word }
        let proxies = await context.snapshot()?.proxies ?? []
        let servers = proxies.first { $0.name == backend && $0.backend != nil }?.servers ?? []
        return servers.first { $0.id == id }?.name ?? word
    }
}
