import Configuration
import Model

/// The stats socket's commands that move sessions, which HAProxy doesn't have.
enum WarrenCommands {
    /// The rows of the table.
    static let all = [
        Command(
            "failback", usage: "failback <backend>", summary: "end the hold of new sessions on backups", level: .admin
        ) { arguments, _, context in
            guard let name = name(arguments, context) else { return ActResult.refused(.noSuchBackend).outcome }
            return await context.carryOut(.proxy(name, .failback)).outcome
        },
        Command(
            "rebalance", usage: "rebalance <backend> [<sessions per minute>]",
            summary: "close sessions of the fullest servers until even", level: .admin
        ) { arguments, _, context in
            guard let name = name(arguments, context) else { return ActResult.refused(.noSuchBackend).outcome }
            let perMinute = arguments.count > 1 ? Int(arguments[1]) : RebalanceConfiguration.usualPerMinute
            guard let perMinute, RebalanceConfiguration.allowedPerMinute.contains(perMinute) else {
                return .refusal("A number of sessions per minute from 1 to 60000 is expected.")
            }
            return await context.carryOut(.proxy(name, .rebalance(perMinute: perMinute))).outcome
        },
    ]

    /// The backend that a command names first, if there is one.
    private static func name(_ arguments: CommandArguments, _ context: CommandContext) -> String? {
        context.configuration.proxies.contains { $0.name == arguments[0] && $0.hasBackend } ? arguments[0] : nil
    }
}
