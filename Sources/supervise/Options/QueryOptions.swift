import ArgumentParser
import History
import Model
import Monitoring

/// Which part of the history is asked for, and how it is shown.
struct QueryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only this instance.", valueName: "name"))
    var instance: String?

    @Option(
        help: ArgumentHelp(
            "Nothing before this moment: 24h, 7d, 2026-11-22, '2026-11-22 14:30' (local) or RFC 3339.",
            valueName: "time"))
    var since: MomentArgument?

    @Option(help: ArgumentHelp("Nothing at or after this moment.", valueName: "time"))
    var until: MomentArgument?

    @Option(help: ArgumentHelp("At most so many rows, the newest.", valueName: "n"))
    var limit: Int?

    @OptionGroup var output: FormatOptions

    /// Refuses what makes no sense.
    ///
    /// - Throws: `ValidationError`.
    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("'--limit' must be at least 1.") }
    }

    /// The question.
    ///
    /// - Parameters:
    ///   - server: which server, if one is named.
    ///   - now: the present.
    ///   - times: knows the local zone.
    /// - Returns: the question.
    /// - Throws: `ValidationError` when the period ends before it begins.
    func question(server: String?, now: Timestamp, times: TimeFormat) throws -> HistoryQuestion {
        var question = HistoryQuestion()
        question.server = server
        question.instance = instance
        question.since = since?.timestamp(now: now, format: times)
        question.until = until?.timestamp(now: now, format: times)
        question.limit = limit
        if let since = question.since, let until = question.until, until <= since {
            throw ValidationError("'--until' must be after '--since'.")
        }
        return question
    }
}
