import ArgumentParser
import Configuration
import Monitoring

/// `supervise rebalance INSTANCE[/PROXY]`.
struct Rebalance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Closes sessions of the fullest servers, a few at a time, until all servers have their part.",
        discussion: """
            Sessions are closed gently: what was received is passed on first. Their clients are expected to connect \
            again, and meanwhile each new session goes to the server that has the fewest for its weight. Returns at \
            once; 'supervise events' tells when it is done. Proxies whose clients come back to the same server (balance \
            source, stick tables) are left out.
            """)

    @OptionGroup var target: ProxyArgument

    @Option(help: ArgumentHelp("How many sessions to close in a minute.", valueName: "number"))
    var perMinute = RebalanceConfiguration.usualPerMinute

    @Flag(help: "Only show what would be closed.")
    var dryRun = false

    @OptionGroup var output: FormatOptions
    @OptionGroup var reason: ReasonOption
    @OptionGroup var state: StateOption

    func validate() throws {
        guard RebalanceConfiguration.allowedPerMinute.contains(perMinute) else {
            throw ValidationError("--per-minute is a number from 1 to 60000")
        }
    }

    func run() async throws {
        let (done, servers) = try await state.client().rebalance(
            target.instance, proxy: target.proxy, perMinute: perMinute, isDryRun: dryRun, reason: reason.text)
        let columns = [
            Table.Column(title: "PROXY"), Table.Column(title: "SERVER"),
            Table.Column(title: "WEIGHT", isNumeric: true), Table.Column(title: "SESSIONS", isNumeric: true),
            Table.Column(title: "TARGET", isNumeric: true), Table.Column(title: "CLOSES", isNumeric: true),
        ]
        var printer = RowPrinter<RebalanceRow>(output.format, to: Output.current(), columns: columns) { row in
            [
                Table.Cell(row.proxy), Table.Cell(row.server), "\(row.weight)", "\(row.sessions)",
                Table.Cell(row.target.map(String.init) ?? "-"), "\(row.closes)",
            ]
        }
        try printer.print(servers)
        for line in done { Output.message("\(target.instance)/\(line)") }
    }
}
