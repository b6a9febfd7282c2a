import ArgumentParser
import Monitoring
import Settings
import Supervision

/// `supervise reload INSTANCE|--all`.
struct Reload: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Reads an instance's file anew, and changes what has changed.",
        discussion: """
            Servers, limits, time limits and checks are changed in the running worker, and no session notices; sessions of \
            a server that has gone from the file go on until they end. What else has changed takes a new worker on the same \
            listening sockets: the old one finishes its sessions, for 'hard-stop-after' at the most where the file says so.

            A file with errors is refused with exit code 2, and the old configuration goes on. '--all' also reads supervise.yaml.
            """)

    @Flag(help: "Only print what has changed and what would be done.")
    var dryRun = false

    @OptionGroup var targets: TargetArguments

    func run() async throws {
        let client = try targets.state.client()
        var options = OrderOptions()
        options.isDryRun = dryRun
        var failures: [CommandFailure] = []
        if targets.all {
            do throws(ControlClientError) {
                try tell(
                    changes: try await client.reloadSettings(isDryRun: dryRun, reason: targets.reason.text),
                    of: SettingsFile.name)
            } catch {
                failures.append(note(error, of: SettingsFile.name))
            }
        }
        // One that cannot keeps nobody else from being reloaded.
        for name in try await targets.names(from: client) {
            do throws(ControlClientError) {
                let plan = try await client.carryOut(.reload, options, on: name, reason: targets.reason.text)
                try tell(plan, of: name)
            } catch {
                guard targets.all else { throw error }
                failures.append(note(error, of: name))
            }
        }
        // Of several, a wrong file is what a person can do something about.
        if let worst = failures.first(where: { $0.status == .usage }) ?? failures.first {
            throw CommandFailure(worst.status)
        }
    }

    private func note(_ error: ControlClientError, of name: String) -> CommandFailure {
        let failure = CommandFailure(error)
        Output.message("supervise: \(name): \(failure.message ?? "failed")")
        return failure
    }

    /// Of a file that is not there, or says the same as before, nothing is told.
    private func tell(changes: [String], of file: String) throws(ControlClientError) {
        guard !changes.isEmpty else { return }
        guard dryRun else { return Output.message("\(file): reloaded, \(changes.joined(separator: "; "))") }
        try write(["\(file):"] + changes.map { "  \($0)" })
    }

    private func tell(_ plan: ReloadPlan?, of name: String) throws(ControlClientError) {
        guard let plan else { return }
        guard dryRun else { return Output.message("\(name): reloaded, \(plan.wayInWords)") }
        try write(["\(name): \(plan.wayInWords)"] + plan.changes.map { "  \($0)" })
    }

    private func write(_ lines: [String]) throws(ControlClientError) {
        do {
            try Output.current().write(lines: lines.map(\.printable))
        } catch {
            throw .failed("standard output: \(error)")
        }
    }
}
