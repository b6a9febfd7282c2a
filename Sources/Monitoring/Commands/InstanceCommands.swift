import Configuration
import Model

/// The stats socket's commands that change what holds for the whole instance, and the one that ends a session.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts, and the order in which mistakes are found, recorded from
///   2.6.12.
enum InstanceCommands {
    /// The rows of the table.
    static let all = [setMaxconn, setRateLimit, clearCounters, shutdownSession]

    private static let setMaxconn = Command(
        "set maxconn global", usage: "set maxconn global <value>", summary: "change the per-process maxconn setting",
        level: .admin
    ) { arguments, _, context in
        guard !arguments[0].isEmpty else { return .refusal("Expects an integer value.") }
        let limit = LeadingInteger(arguments[0]).value ?? 0
        if let most = context.configuration.global.maxconn, limit > most { return .refusal("Value out of range.") }
        return await context.carryOut(.instance(.setConnectionLimit(max(limit, 0)))).outcome
    }

    private static let setRateLimit = Command(
        "set rate-limit", usage: "set rate-limit <setting> <value>", summary: "change a rate limiting value",
        level: .admin
    ) { arguments, _, context in
        guard arguments[1] == "global", let rate = Rate(rawValue: arguments[0]) else {
            return .refusal(
                """
                'set rate-limit' only supports :
                   - 'connections global' to set the per-process maximum connection rate
                   - 'sessions global' to set the per-process maximum session rate
                   - 'ssl-sessions global' to set the per-process maximum SSL session rate
                   - 'http-compression global' to set the per-process maximum compression speed in kB/s
                """)
        }
        guard !arguments[2].isEmpty else { return .refusal("Expects an integer value.") }
        let limit = LeadingInteger(arguments[2]).value ?? 0
        guard limit >= 0 else { return .refusal("Value out of range.") }
        switch rate {
        case .connections: return await context.carryOut(.instance(.setConnectionRate(limit))).outcome
        case .sessions: return await context.carryOut(.instance(.setSessionRate(limit))).outcome
        case .tlsSessions: return .refusal("'ssl-sessions' are limited by 'sessions' here.")
        // Nothing is ever compressed here, so every limit holds.
        case .compression: return .done
        }
    }

    private enum Rate: String {
        case connections
        case sessions
        case tlsSessions = "ssl-sessions"
        case compression = "http-compression"
    }

    private static let clearCounters = Command(
        "clear counters", usage: "clear counters [all]", summary: "clear max statistics counters (or all counters)",
        level: .operator
    ) { arguments, session, context in
        let all = arguments[0] == "all"
        if all && session.level < .admin { return .refusal("Permission denied") }
        context.process.surfaces?.clearMaxima()
        return await context.carryOut(.instance(.clearCounters(all: all))).outcome
    }

    private static let shutdownSession = Command(
        "shutdown session", usage: "shutdown session [id]", summary: "kill a specific session", level: .admin
    ) { arguments, _, context in
        let session = SessionIdentifier(arguments[0])
        guard session.rawValue != 0 else {
            return .refusal("Session pointer expected (use 'show sess').")
        }
        return await context.carryOut(.endSession(session)).outcome
    }
}
