import ArgumentParser
import Model

/// `supervise history`: the health transitions.
struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
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
        let question = try query.question(server: server, now: view.now, times: view.times)
        let cells = HistoryCells(times: view.times)
        let printer = RowPrinter<TransitionRecord>(
            query.output.format, to: view.output, columns: HistoryCells.transitionColumns
        ) { cells.cells($0) }
        try await view.print(question, kind: "transitions", follow: following.follow, with: printer) {
            try $0.transitions($1)
        }
    }
}
