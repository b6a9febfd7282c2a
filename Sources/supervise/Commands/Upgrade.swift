import ArgumentParser
import Foundation
import Monitoring
import Supervision

/// `supervise upgrade`: has the program as its file is now take over.
struct Upgrade: AsyncParsableCommand {
    /// How long the new process may take to answer, once it serves.
    private static let patience = Duration.seconds(15)
    /// How often to ask.
    private static let pollInterval = Duration.milliseconds(50)

    static let configuration = CommandConfiguration(
        abstract: "Starts the program as its file is now in the place of the one that runs.",
        discussion: """
            The new process takes over the listening sockets, so that no connection is refused; the old one lets its \
            sessions end by themselves for a while. If the new one doesn't come up, the old one goes on, and the exit code \
            is 1.
            """)

    @OptionGroup var reason: ReasonOption
    @OptionGroup var state: StateOption

    func run() async throws {
        let client = try state.client()
        let old = try await client.status(of: []).first?.processID
        try await client.upgrade(reason: reason.text)
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            // Between the old process's control socket and the new one's, nobody answers.
            if let new = try? await client.status(of: []).first?.processID, new != old {
                return Output.message("pid \(new) has taken over from pid \(old ?? 0)")
            }
            try await Task.sleep(for: Self.pollInterval)
        }
        throw CommandFailure(.failed, "the new process serves, but does not answer on the control socket")
    }
}
