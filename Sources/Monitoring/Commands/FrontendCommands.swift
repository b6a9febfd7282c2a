import Configuration
import Model

/// The stats socket's commands that change a frontend.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts, and the order in which mistakes are found, recorded from
///   2.6.12.
enum FrontendCommands {
    /// The rows of the table.
    static let all = [
        command(
            "disable frontend", usage: "disable frontend <frontend>", summary: "temporarily disable specific frontend"
        ) { _ in .pause },
        command("enable frontend", usage: "enable frontend <frontend>", summary: "re-enable specific frontend") { _ in
            .resume
        },
        command("shutdown frontend", usage: "shutdown frontend <frontend>", summary: "stop a specific frontend") { _ in
            .stop
        },
        command(
            "set maxconn frontend", usage: "set maxconn frontend <frontend> <value>",
            summary: "change a frontend's maxconn setting"
        ) { arguments throws(ActRefusal) in
            guard !arguments[1].isEmpty else { throw .invalid("Integer value expected.\n") }
            // A word that is no number is 0, and stops all sessions, as in HAProxy.
            let limit = LeadingInteger(arguments[1]).value ?? 0
            guard limit >= 0 else { throw .invalid("Value out of range.\n") }
            return .setSessionLimit(limit)
        },
    ]

    /// A command that names a frontend, its first argument, and changes it.
    private static func command(
        _ words: String, usage: String, summary: String,
        act: @escaping @Sendable (_ arguments: CommandArguments) throws(ActRefusal) -> FrontendAct
    ) -> Command {
        Command(words, usage: usage, summary: summary, level: .admin) { arguments, _, context in
            do throws(ActRefusal) {
                let name = arguments[0]
                guard !name.isEmpty else { throw .frontendExpected }
                guard let proxy = context.configuration.proxy(named: name, where: \.hasFrontend) else {
                    throw .noSuchFrontend
                }
                let act = try act(arguments)
                guard !proxy.isDisabled else {
                    try refuseForStopped(act)
                    return .done
                }
                return await context.carryOut(.frontend(proxy.name, act)).outcome
            } catch {
                return ActResult.refused(error).outcome
            }
        }
    }

    /// What is said of a frontend that the file has switched off: it is like one that was shut down.
    private static func refuseForStopped(_ act: FrontendAct) throws(ActRefusal) {
        switch act {
        case .setSessionLimit: return
        case .pause: throw .frontendStopped("disable")
        case .resume: throw .frontendStopped("enable")
        case .stop: throw .frontendStopped(nil)
        }
    }
}
