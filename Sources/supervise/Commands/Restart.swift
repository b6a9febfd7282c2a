import ArgumentParser
import Monitoring
import Supervision

/// `supervise restart INSTANCE|--all`.
struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Restarts an instance: a new worker, with the file as it is now.",
        discussion: """
            Listening sockets stay open: a client that connects meanwhile is served. A file with errors is refused, and the \
            old worker goes on. With '--all' they are restarted one after the other, and the first that doesn't come up \
            ends it.
            """)

    @Option(
        help: ArgumentHelp(
            "How long the old worker's sessions go on before they are closed: 5s unless told.", valueName: "time"))
    var grace: LengthArgument?

    @OptionGroup var targets: TargetArguments

    func run() async throws {
        let client = try targets.state.client()
        var options = OrderOptions()
        options.grace = grace.map { .milliseconds($0.milliseconds) }
        let names = try await targets.names(from: client)
        for (position, name) in names.enumerated() {
            do throws(ControlClientError) {
                _ = try await client.carryOut(.restart, options, on: name, reason: targets.reason.text)
                try await requireRunning(name, client)
            } catch {
                let left = names[(position + 1)...]
                if !left.isEmpty { Output.message("not restarted: \(left.joined(separator: ", "))") }
                throw error
            }
            Output.message("\(name): restarted")
        }
    }

    private func requireRunning(_ name: String, _ client: ControlClient) async throws(ControlClientError) {
        guard let status = try await client.status(of: [name]).first, status.state != .running else { return }
        throw .failed("\(name) did not come up: \(status.state.rawValue)\(status.reason.map { ": \($0)" } ?? "")")
    }
}
