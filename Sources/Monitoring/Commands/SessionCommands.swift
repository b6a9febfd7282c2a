import Configuration
import Model
import Proxy

/// `show sess`: the sessions, all or one.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts recorded from 2.6.12.
enum SessionCommands {
    /// The commands.
    static let all = [showSessions]

    private static let showSessions = Command(
        "show sess", usage: "show sess [id]",
        summary: "report the list of current sessions or dump this exact session", level: .operator
    ) { arguments, _, context in
        let view = SessionView(configuration: context.configuration)
        let identifier = SessionIdentifier(arguments[0])
        guard identifier.rawValue == 0 else {
            guard let answer = await context.ask(.session(identifier)) else { return CommandContext.notRunning }
            guard let session = answer else { return .message("Session not found.\n", .error) }
            return .answer(view.details(of: session))
        }
        let showsDetails = arguments[0] == "all"
        return .pieces { write in
            var next: Int? = 0
            while let slot = next {
                guard let page = await context.ask(.sessions(from: slot)) else { return }
                let lines = page.sessions.map { showsDetails ? view.details(of: $0) : view.line(of: $0) }
                if !lines.isEmpty { try await write(lines.joined()) }
                next = page.next
            }
        }
    }
}
