import ArgumentParser
import History
import Model
import Monitoring
import Supervision

/// `supervise status`: the instances as they are now.
struct Status: AsyncParsableCommand {
    /// How often `--watch` looks.
    private static let watchInterval = Duration.seconds(1)
    /// Cursor to the upper left corner and the rest of the screen cleared (ECMA-48: CUP, ED).
    private static let clearScreen = "\u{1B}[H\u{1B}[J"

    static let configuration = CommandConfiguration(
        abstract: "Shows the instances: state, listening addresses, servers, sessions.",
        discussion: "Ends with exit code 3 where any of the instances shown isn't RUNNING.")

    @Argument(help: ArgumentHelp("Only these instances.", valueName: "instance"))
    var instances: [String] = []

    @Flag(help: "Go on showing it, every second, until interrupted.")
    var watch = false

    @OptionGroup var output: FormatOptions
    @OptionGroup var state: StateOption

    func run() async throws {
        let client = try state.client()
        let terminal = Output.current()
        var statuses = try await client.status(of: instances)
        try show(statuses, on: terminal)
        while watch {
            try await Task.sleep(for: Self.watchInterval)
            statuses = try await client.status(of: instances)
            try show(statuses, on: terminal)
        }
        guard statuses.allSatisfy({ $0.state == .running }) else { throw CommandFailure(.notAllRunning) }
    }

    private func show(_ statuses: [InstanceStatus], on terminal: Output) throws {
        if watch, terminal.isTerminal, output.format == .table { try terminal.write(Self.clearScreen) }
        let columns = [
            Table.Column(title: "INSTANCE"), Table.Column(title: "STATE"),
            Table.Column(title: "UPTIME", isNumeric: true), Table.Column(title: "LISTEN"),
            Table.Column(title: "SERVERS"), Table.Column(title: "SESSIONS", isNumeric: true),
            Table.Column(title: "RESTARTS", isNumeric: true),
        ]
        var printer = RowPrinter<InstanceStatus>(output.format, to: terminal, columns: columns, cells: Self.cells)
        try printer.print(statuses)
        guard output.format == .table else { return }
        let now = Timestamp.now
        let notes = statuses.flatMap { Self.notes(on: $0, now: now) }
        try terminal.write(lines: (notes + flapping(of: statuses)).map(\.printable))
    }

    /// What there is to say of an instance below the table.
    ///
    /// - Parameters:
    ///   - status: the instance.
    ///   - now: the present.
    /// - Returns: why it doesn't run or wasn't reloaded and when it is tried again, what earlier workers still do, and warnings.
    static func notes(on status: InstanceStatus, now: Timestamp) -> [String] {
        var notes: [String] = []
        if let reason = status.reason {
            let wait = status.nextTry.map { max(0, $0.millisecondsSinceEpoch - now.millisecondsSinceEpoch) }
            let next = wait.map { "; next try in \(DurationFormat.text(seconds: ($0 + 999) / 1_000))" } ?? ""
            notes.append("\(status.instance): \(reason)\(next)")
        }
        if status.finishingWorkers > 0 {
            let (workers, sessions) = (status.finishingWorkers, status.finishingSessions)
            notes.append(
                "\(status.instance): \(sessions) session\(sessions == 1 ? "" : "s") of \(workers) earlier "
                    + "worker\(workers == 1 ? "" : "s") go\(sessions == 1 ? "es" : "") on")
        }
        notes += status.warnings.map { "\(status.instance): \($0)" }
        return notes
    }

    /// The servers of these instances that change their state too often.
    private func flapping(of statuses: [InstanceStatus]) -> [String] {
        // A status is for when something is wrong, and that may be the history.
        guard let directory = try? state.directory(),
            let flapping = try? HistoryDatabase(stateDirectory: directory.path).flapping(now: .now)
        else { return [] }
        let shown = Set(statuses.map(\.instance))
        return flapping.filter { shown.contains($0.key.instance) }
            .map { "\($0.key): \(StateOverview.mark($0.value))" }.sorted()
    }

    private static let cells: @Sendable (InstanceStatus) -> [Table.Cell] = { status in
        let servers =
            "\(status.serversUp)/\(status.servers)"
            + (status.isHeld ? " held on backup" : status.isOnBackup ? " on backup" : "")
        let isWhole = status.serversUp == status.servers && !status.isOnBackup
        return [
            Table.Cell(status.instance), Table.Cell(status.state.rawValue, color: color(status.state)),
            Table.Cell(status.uptimeMilliseconds.map { DurationFormat.text(seconds: $0 / 1000) } ?? "-"),
            Table.Cell(status.listen.isEmpty ? "-" : status.listen.joined(separator: ", ")),
            Table.Cell(servers, color: isWhole ? nil : .yellow), "\(status.sessions)", "\(status.restarts)",
        ]
    }

    private static func color(_ state: InstanceState) -> Color {
        switch state {
        case .running: .green
        case .starting, .reloading, .stopping, .backoff: .yellow
        case .stopped: .blue
        case .fatal: .red
        }
    }
}
