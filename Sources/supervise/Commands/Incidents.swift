import ArgumentParser
import History
import Model

/// `supervise incidents`: the outages, those of one proxy that overlap as one.
struct Incidents: AsyncParsableCommand {
    /// Rows of an answer that names no limit.
    private static let standardLimit = 1000

    static let configuration = CommandConfiguration(
        abstract: "Shows outages with their cause and what they did to traffic, newest last.",
        discussion: """
            Outages of one proxy's servers that overlap are one incident. It begins when a server is marked down and \
            lasts until none of them is; WHY says for how long checks had failed before. TRAFFIC says whether backups took over, and which. STATE is OPEN while a \
            server is down, RECOVERED, MAINT when it ended in maintenance, and UNKNOWN when nothing is known of what \
            came next. Without --limit the newest \(standardLimit) are shown.
            """)

    @Argument(
        help: ArgumentHelp(
            "A server's name, proxy/server or instance/proxy/server: incidents that it had a part in.",
            valueName: "server"))
    var server: String?

    @OptionGroup var query: QueryOptions
    @OptionGroup var state: StateOption

    func run() async throws {
        let view = try HistoryView(state)
        var question = try query.question(server: server, now: view.now, times: view.times)
        question.limit = query.limit ?? Self.standardLimit + 1
        var incidents = try view.rows(question, kind: "incidents") { try $0.incidents(question, now: view.now) }
        if query.limit == nil, incidents.count > Self.standardLimit {
            incidents.removeFirst()
            Output.message("the newest \(Self.standardLimit) incidents; --limit shows more")
        }
        let cells = HistoryCells(times: view.times)
        var printer = RowPrinter<Incident>(
            query.output.format, to: view.output, columns: HistoryCells.incidentColumns
        ) { cells.cells($0) }
        try printer.print(incidents)
    }
}
