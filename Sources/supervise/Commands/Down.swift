import ArgumentParser
import Foundation
import Monitoring
import Supervision

/// `supervise down`: stops the supervisor.
struct Down: AsyncParsableCommand {
    /// How often to look whether it has ended.
    private static let pollInterval = Duration.milliseconds(100)

    static let configuration = CommandConfiguration(
        abstract: "Stops the supervisor: sessions may end by themselves for a while, then it ends.",
        discussion: "Returns when the supervisor has ended.")

    @Option(
        help: ArgumentHelp("How long sessions may go on; what 'up --drain' says unless told.", valueName: "time"))
    var drain: LengthArgument?

    @Option(help: ArgumentHelp("Stop waiting after so long; the supervisor goes on draining.", valueName: "time"))
    var wait = LengthArgument(milliseconds: 120_000)

    @OptionGroup var reason: ReasonOption
    @OptionGroup var state: StateOption

    func run() async throws {
        let directory = try state.directory()
        let client = try state.client()
        let process = try await client.shutDown(
            draining: drain.map { .milliseconds($0.milliseconds) }, reason: reason.text)
        let deadline = ContinuousClock.now.advanced(by: .milliseconds(wait.milliseconds))
        while Self.isRunning(directory) {
            guard ContinuousClock.now < deadline else {
                let waited = DurationFormat.text(milliseconds: wait.milliseconds)
                throw CommandFailure(.failed, "the supervisor (pid \(process)) is still draining after \(waited)")
            }
            try await Task.sleep(for: Self.pollInterval)
        }
        Output.message("the supervisor (pid \(process)) has ended")
    }

    /// The control socket goes first, the lock with the process itself.
    private static func isRunning(_ directory: StateDirectory) -> Bool {
        if directory.isAnswered { return true }
        do {
            _ = try directory.lock()
            return false
        } catch .inUse {
            return true
        } catch {
            // The lock file is not ours to open, or has gone with its folder: the socket alone tells.
            return false
        }
    }
}
