import Configuration

/// The commands about the connection that they come on.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts recorded from 2.6.12.
enum ConnectionCommands {
    /// The commands.
    static let all = [
        lowerToOperator, lowerToUser, expertMode, experimentalMode, setTimeout, setSeverity, showLevel, showSockets,
    ]

    /// Those that a master has, too.
    static let ofMaster = [lowerToOperator, lowerToUser, showLevel, showSockets]

    private static let lowerToOperator = Command(
        "operator", usage: "operator", summary: "lower the level of the current CLI session to operator",
        level: .operator
    ) { _, session, _ in
        session.lower(to: .operator)
        return .done
    }

    private static let lowerToUser = Command(
        "user", usage: "user", summary: "lower the level of the current CLI session to user"
    ) { _, session, _ in
        session.lower(to: .user)
        return .done
    }

    private static let expertMode = Command("expert-mode", usage: nil, level: .admin) {
        arguments, session, context in
        toggle(\.isExpert, named: "expert-mode", arguments, &session)
    }

    private static let experimentalMode = Command("experimental-mode", usage: nil, level: .admin) {
        arguments, session, context in
        toggle(\.isExperimental, named: "experimental-mode", arguments, &session)
    }

    private static func toggle(
        _ flag: WritableKeyPath<CommandSession, Bool>, named name: String, _ arguments: CommandArguments,
        _ session: inout CommandSession
    ) -> Command.Outcome {
        switch arguments[0] {
        case "": return .message("\(name) is \(session[keyPath: flag] ? "ON" : "OFF")\n", .info)
        default:
            session[keyPath: flag] = arguments[0] == "on"
            return .done
        }
    }

    private static let setTimeout = Command(
        "set timeout", usage: "set timeout [cli] <delay>", summary: "change a timeout setting"
    ) { arguments, session, _ in
        guard arguments[0] == "cli" else { return .refusal("'set timeout' only supports 'cli'.") }
        guard !arguments[1].isEmpty else { return .refusal("Expects an integer value.") }
        // Seconds, unlike the configuration's times.
        guard let timeout = CommandTime.seconds(arguments[1]) else {
            return .refusal("Invalid timeout value.")
        }
        session.timeout = timeout
        return .done
    }

    private static let setSeverity = Command(
        "set severity-output", usage: "set severity-output [none|number|string]",
        summary: "set presence of severity level in feedback information"
    ) { arguments, session, _ in
        guard let output = StatsSocketConfiguration.SeverityOutput(rawValue: arguments[0]) else {
            return .refusal("one of 'none', 'number', 'string' is a required argument")
        }
        session.severityOutput = output
        return .done
    }

    private static let showLevel = Command(
        "show cli level", usage: "show cli level", summary: "display the level of the current CLI session"
    ) { _, session, _ in
        .message(session.level.word + "\n", .info)
    }

    private static let showSockets = Command(
        "show cli sockets", usage: "show cli sockets", summary: "dump list of cli sockets"
    ) { _, _, context in
        let lines = context.configuration.global.statsSockets.map { "\($0.address.commandText) \($0.level.word) all\n" }
        return .answer("# socket lvl processes\n" + lines.joined())
    }
}

extension StatsSocketConfiguration.Level {
    /// As the configuration and the commands write it.
    var word: String {
        switch self {
        case .user: "user"
        case .operator: "operator"
        case .admin: "admin"
        }
    }
}

extension BindAddress {
    /// With its family before it, as the commands show addresses.
    var commandText: String {
        switch self {
        case .ipv4: "ipv4@\(self)"
        case .ipv6: "ipv6@\(self)"
        case .unix: "unix@\(self)"
        case .abstract, .descriptor: description
        }
    }
}
