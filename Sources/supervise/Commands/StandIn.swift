import ArgumentParser
import Supervision

/// `supervise stand-in`: the embedded brokers of `up --stand-ins`.
struct StandIn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stand-in",
        abstract: "Lists, stops and starts the stand-in brokers of 'up --stand-ins'.",
        subcommands: [List.self, Stop.self, Start.self])

    /// `supervise stand-in list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the stand-in brokers.")

        @OptionGroup var output: FormatOptions
        @OptionGroup var state: StateOption

        func run() async throws {
            let standIns = try await state.client().standIns()
            if standIns.isEmpty {
                Output.message("the supervisor runs without stand-ins; 'supervise up --stand-ins' has them")
            }
            let columns = [
                Table.Column(title: "NAME"), Table.Column(title: "STATE"), Table.Column(title: "ADDRESS"),
                Table.Column(title: "REPLACES"), Table.Column(title: "CONNECTIONS", isNumeric: true),
            ]
            var printer = RowPrinter<StandInStatus>(output.format, to: Output.current(), columns: columns) { standIn in
                [
                    Table.Cell(standIn.name),
                    standIn.isRunning ? Table.Cell("running", color: .green) : Table.Cell("stopped", color: .red),
                    Table.Cell(standIn.address), Table.Cell(standIn.replaces), "\(standIn.connections)",
                ]
            }
            try printer.print(standIns)
        }
    }

    /// `supervise stand-in stop`.
    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes a stand-in broker down: cuts its connections and refuses new ones.")

        @OptionGroup var order: StandInArguments

        func run() async throws {
            try await order.set(running: false, done: "stopped")
        }
    }

    /// `supervise stand-in start`.
    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Brings a stand-in broker back.")

        @OptionGroup var order: StandInArguments

        func run() async throws {
            try await order.set(running: true, done: "started")
        }
    }
}

/// What an order to a stand-in takes.
struct StandInArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("The stand-in: the name of the server whose place it takes.", valueName: "name"))
    var name: String

    @OptionGroup var state: StateOption

    /// Gives the order and waits until it is done.
    ///
    /// - Parameters:
    ///   - isRunning: whether it is to answer.
    ///   - done: what to say afterwards.
    /// - Throws: `ControlClientError`, or `CommandFailure`.
    func set(running isRunning: Bool, done: String) async throws {
        try await state.client().setStandIn(name, running: isRunning)
        Output.message("\(name): \(done)")
    }
}
