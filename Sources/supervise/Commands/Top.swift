import ArgumentParser
import EventLoop
import Monitoring

/// `supervise top`: a live view of all instances and their servers.
struct Top: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows all instances and servers live, on the whole terminal.",
        discussion: """
            Keys: up and down choose a server, d drains it, r makes it ready, m takes it out; s sorts, f filters, h helps, \
            q quits. It wants a terminal of 80 columns or more.
            """)

    @OptionGroup var state: StateOption

    func run() async throws {
        let client = try state.client()
        // Whoever doesn't run is told so before the screen changes.
        let first = try await client.live()
        let terminal: TopTerminal
        do {
            terminal = try TopTerminal()
        } catch {
            throw CommandFailure(
                .usage,
                "'top' needs a terminal\n  help: 'supervise status' and 'supervise sessions' write to files, too")
        }
        let run = TopRun(client, on: terminal, isColored: Output.current().isColored)
        guard let number = try await run.untilQuit(showing: first) else { return }
        // The end that the signal would have had, for who waits for this process.
        CurrentProcess.end(by: number)
    }
}
