import ArgumentParser
import Model

/// `supervise history show`, which is `supervise history`: the health transitions.
struct HistoryShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows health transitions, newest last.",
        discussion: """
            Reads the database directly, so it also answers while no supervisor runs. Where a name matches several \
            servers, all of them are shown.
            """)

    @Argument(
        help: ArgumentHelp(
            "A server's name, proxy/server or instance/proxy/server; all servers when left out.",
            valueName: "server"))
    var server: String?

    @OptionGroup var query: QueryOptions
    @OptionGroup var following: FollowOption
    @OptionGroup var state: StateOption

    func run() async throws {
        let view = try HistoryView(state)
        var question = try query.question(server: server, now: view.now, times: view.times)
        let cells = HistoryCells(times: view.times)
        let printer = RowPrinter<TransitionRecord>(
            query.output.format, to: view.output, columns: HistoryCells.transitionColumns
        ) { cells.cells($0) }
        let shown = try await view.print(question, kind: "transitions", follow: following.follow, with: printer) {
            try $0.transitions($1)
        }
        guard let first = shown.first, view.output.isTerminal, query.output.format == .table else { return }
        question.since = question.since ?? first.at
        let servers = Set(shown.map(\.server))
        let lanes = try view.read { try $0.lanes(question, now: view.now) }.filter { servers.contains($0.server) }
        question.limit = nil
        let soft = try view.read { try $0.softStates(question) }.filter { servers.contains($0.server) }
        let overview = StateOverview(
            times: view.times, isColored: view.output.isColored, columns: view.output.columns,
            flapping: try view.read { try $0.flapping(now: view.now) },
            softFailures: soft.reduce(0) { $0 + $1.failed })
        try view.output.write(lines: overview.lines(lanes, transitions: shown.count))
    }
}
