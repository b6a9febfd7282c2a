import History
import Model
import NIOPosix

/// The commands that HAProxy doesn't have: what the history knows of the instance.
enum HistoryCommands {
    /// Most rows of one answer, the newest: whoever wants more asks `supervise history`.
    static let mostRows = 1_000
    /// The commands.
    static let all = [showHistory]

    private static let showHistory = Command(
        "show history", usage: "show history [<server>]", summary: "report health transitions, the newest last",
        level: .operator
    ) { arguments, _, context in
        await rows(of: context, server: arguments[0].isEmpty ? nil : arguments[0]) { reader, question in
            "# at,server,from,to,status,code,detail,lasted_ms,sessions,actor,reason\n"
                + (try reader.transitions(question).map { line(of: $0.record) }.joined())
        }
    }

    /// What was recorded of an instance: the sink of events that is the history.
    ///
    /// - Parameter context: the instance.
    /// - Returns: the events, the newest last.
    static func events(of context: CommandContext) async -> Command.Outcome {
        await rows(of: context, server: nil) { reader, question in
            try reader.events(question).map { line(of: $0.record) }.joined()
        }
    }

    /// Asks the history, on a thread that may wait for the disk.
    private static func rows(
        of context: CommandContext, server: String?,
        _ ask: @escaping @Sendable (any HistoryReader, HistoryQuestion) throws -> String
    ) async -> Command.Outcome {
        guard let history = context.history else { return .refusal("No history is kept.") }
        var question = HistoryQuestion()
        question.instance = context.instance
        question.server = server
        question.limit = mostRows
        do {
            return .answer(
                try await NIOThreadPool.singleton.runIfActive { [question] in try ask(try history(), question) })
        } catch {
            return .refusal("The history cannot be read: \(error)")
        }
    }

    private static func line(of record: TransitionRecord) -> String {
        line([
            RFC3339.string(record.at), "\(record.server.proxy)/\(record.server.server)", record.from.rawValue,
            record.to.rawValue, record.status?.rawValue ?? "", record.code.map(String.init) ?? "",
            record.detail ?? "", record.lastedMilliseconds.map(String.init) ?? "", String(record.sessions),
            record.actor ?? "", record.reason ?? "",
        ])
    }

    private static func line(of record: EventRecord) -> String {
        line([
            RFC3339.string(record.at), record.kind.rawValue, record.actor ?? "", record.reason ?? "",
            record.detail ?? "",
        ])
    }

    /// Fields with commas between them; line breaks would end the answer, and become blanks.
    private static func line(_ fields: [String]) -> String {
        fields.map { field in
            StatisticsCSV.quoted(String(field.map { $0.isNewline ? " " : $0 }))
        }.joined(separator: ",") + "\n"
    }
}
