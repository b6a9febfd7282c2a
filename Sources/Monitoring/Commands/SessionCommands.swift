import Configuration
import Model
import Proxy
import Supervision

/// `show sess`: the sessions, all or one, also those of workers that finish theirs.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts recorded from 2.6.12.
enum SessionCommands {
    /// The commands.
    static let all = [showSessions]

    private static let showSessions = Command(
        "show sess", usage: "show sess [id]",
        summary: "report the list of current sessions or dump this exact session", level: .operator
    ) { arguments, _, context in
        let workers = await context.workers()
        let identifier = SessionIdentifier(arguments[0])
        guard identifier.rawValue == 0 else {
            if workers.isEmpty { return CommandContext.notRunning }
            for worker in workers {
                guard let configuration = await worker.ask(.configuration),
                    case let session?? = await worker.ask(.session(identifier))
                else { continue }
                return .answer(SessionView(configuration: configuration).details(of: session))
            }
            return .answer("Session not found.\n")
        }
        let showsDetails = arguments[0] == "all"
        return .pieces { write in
            for worker in workers { try await show(worker, showsDetails: showsDetails, write) }
        }
    }

    /// Writes the sessions of one worker, page by page, in the words of the file that it runs.
    private static func show(
        _ worker: AskableWorker, showsDetails: Bool, _ write: (String) async throws -> Void
    ) async throws {
        guard let configuration = await worker.ask(.configuration) else { return }
        let view = SessionView(configuration: configuration)
        var next: Int? = 0
        while let slot = next {
            guard let page = await worker.ask(.sessions(from: slot)) else { return }
            let lines = page.sessions.map { showsDetails ? view.details(of: $0) : view.line(of: $0) }
            if !lines.isEmpty { try await write(lines.joined()) }
            next = page.next
        }
    }
}
