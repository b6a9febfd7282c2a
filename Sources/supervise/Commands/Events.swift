import ArgumentParser
import Model

/// `supervise events`: what happened to the instances and to the supervisor.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows starts, restarts, reloads, crashes, configuration changes and orders, newest last.")

    @Argument(help: ArgumentHelp("Only this instance.", valueName: "instance"))
    var name: String?

    @OptionGroup var query: QueryOptions
    @OptionGroup var following: FollowOption
    @OptionGroup var state: StateOption

    func validate() throws {
        if let name, let instance = query.instance, name != instance {
            throw ValidationError("'\(name)' and '--instance \(instance)' are different instances.")
        }
    }

    func run() async throws {
        let view = try HistoryView(state)
        var question = try query.question(server: nil, now: view.now, times: view.times)
        question.instance = name ?? query.instance
        let columns = ["TIME", "INSTANCE", "EVENT", "BY", "DETAIL"].map { Table.Column(title: $0) }
        let times = view.times
        let printer = RowPrinter<EventRecord>(query.output.format, to: view.output, columns: columns) { event in
            [
                Table.Cell(times.text(event.at)), Table.Cell(event.instance ?? "-"),
                Table.Cell(event.kind.rawValue, color: Self.color(event.kind)), Table.Cell(event.actor ?? "-"),
                Table.Cell([event.reason, event.detail].compactMap { $0 }.joined(separator: "; ")),
            ]
        }
        try await view.print(question, kind: "events", follow: following.follow, with: printer) { try $0.events($1) }
    }

    private static func color(_ kind: EventKind) -> Color? {
        switch kind {
        case .crashed, .stalled, .fatal, .supervisorLost, .historyTrouble, .alertFailed: .red
        case .backoff, .reloadRefused, .gap, .panic, .clockSetBack, .clockSetForward, .held, .acceptingPaused: .yellow
        case .drain, .maint: .blue
        case .supervisorStarted, .started, .ready, .calm, .failback, .acceptingResumed: .green
        case .supervisorStopped, .upgraded, .stopped, .restarted, .reloaded, .configurationChanged, .addressChanged,
            .changed, .rebalance, .rebalanced:
            nil
        }
    }
}
