import ArgumentParser

/// `supervise failback INSTANCE[/PROXY]`.
struct Failback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has new sessions go to the active servers again, where they are held on the backups.",
        discussion: """
            With 'failback hold' or 'failback manual' in its file, a proxy whose active servers are back stays on its \
            backups for a time or until this order. What becomes of the sessions that are there, 'failback-drain' says.
            """)

    @OptionGroup var target: ProxyArgument
    @OptionGroup var reason: ReasonOption
    @OptionGroup var state: StateOption

    func run() async throws {
        let done = try await state.client().failBack(target.instance, proxy: target.proxy, reason: reason.text)
        for line in done { Output.message("\(target.instance)/\(line)") }
    }
}
