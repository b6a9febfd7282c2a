import ArgumentParser
import History
import Model

/// `supervise uptime`: availability over a period.
struct Uptime: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows each server's availability over a period.",
        discussion: """
            Availability is the share of time that the server was up, of all time in which its state was known and \
            nobody had it in maintenance. UNKNOWN is the time in which no supervisor ran. SOFT is how many checks failed \
            without an outage, since fewer than 'fall' did so in a row. Without --since the period begins with the \
            server's first record.
            """)

    @Argument(
        help: ArgumentHelp(
            "A server's name, proxy/server or instance/proxy/server; all servers when left out.",
            valueName: "server"))
    var server: String?

    @OptionGroup var query: QueryOptions
    @OptionGroup var state: StateOption

    func run() async throws {
        let view = try HistoryView(state)
        let question = try query.question(server: server, now: view.now, times: view.times)
        let accounts = try view.rows(question, kind: "servers") { try $0.uptime(question, now: view.now) }
        let columns = [
            Table.Column(title: "SERVER"), Table.Column(title: "SINCE"),
            Table.Column(title: "AVAILABILITY", isNumeric: true), Table.Column(title: "UP", isNumeric: true),
            Table.Column(title: "DOWN", isNumeric: true), Table.Column(title: "MAINT", isNumeric: true),
            Table.Column(title: "UNKNOWN", isNumeric: true), Table.Column(title: "SOFT", isNumeric: true),
        ]
        let times = view.times
        var printer = RowPrinter<Availability>(query.output.format, to: view.output, columns: columns) { account in
            let share = account.availability
            let lengths = [
                account.upMilliseconds, account.downMilliseconds, account.maintMilliseconds,
                account.unknownMilliseconds,
            ]
            return [
                Table.Cell(account.server.description), Table.Cell(times.text(account.since)),
                Table.Cell(share.map(PercentFormat.text) ?? "-", color: share.map { $0 < 1 ? .yellow : .green }),
            ] + lengths.map { Table.Cell($0 == 0 ? "-" : DurationFormat.text(milliseconds: $0)) }
                + [Table.Cell(account.softFailures == 0 ? "-" : "\(account.softFailures)")]
        }
        try printer.print(accounts)
        guard !accounts.isEmpty, view.output.isTerminal, query.output.format == .table else { return }
        let overview = StateOverview(
            times: view.times, isColored: view.output.isColored, columns: view.output.columns,
            flapping: try view.read { try $0.flapping(now: view.now) })
        let lanes = try overview.draws(accounts.count) ? view.read { try $0.lanes(question, now: view.now) } : []
        try view.output.write(lines: overview.lines(lanes, accounts: accounts, transitions: nil))
    }
}
