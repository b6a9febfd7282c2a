import ArgumentParser

/// `--reason`, which goes into the history with the order.
struct ReasonOption: ParsableArguments {
    @Option(name: .customLong("reason"), help: ArgumentHelp("Why, for the history.", valueName: "text"))
    var text: String?
}
