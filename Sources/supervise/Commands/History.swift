import ArgumentParser

/// `supervise history`: the health transitions, on the screen or into a file.
struct History: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows health transitions, or exports the history.",
        discussion: """
            'supervise history [<server>]' is short for 'supervise history show [<server>]', with all of its options: \
            --instance, --since, --until, --limit, --json, --csv, --follow, --state.
            """,
        subcommands: [HistoryShow.self, HistoryExport.self], defaultSubcommand: HistoryShow.self)
}
