import ArgumentParser
import Configuration
import Foundation
import Model
import Monitoring
import Supervision

/// The program: itself, or HAProxy.
@main
enum Program {
    /// Runs it to its end.
    ///
    /// Not asynchronous: as HAProxy it gives up privileges, which it can do only while it has one thread.
    static func main() {
        let environment = ProcessInfo.processInfo.environment
        if let program = HAProxyProgram(arguments: CommandLine.arguments, environment: environment) { program.run() }
        do {
            try RootStart.giveUpRights(environment)
        } catch {
            Supervise.end(with: error)
        }
        Task { await Supervise.main() }
        dispatchMain()
    }
}

/// The command `supervise`.
struct Supervise: AsyncParsableCommand {
    /// The program's version.
    static let versionNumber = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "supervise",
        abstract: "Runs proxy instances from HAProxy configuration files and remembers what happened to them.",
        discussion: """
            One process runs an instance for each *.cfg file of a folder. Every health transition, session count and \
            order goes into a history, which the commands history, incidents, sessions, uptime and events ask, also while no \
            supervisor runs.

            Called by the name 'haproxy', or as 'supervise haproxy', it takes HAProxy's command line and runs the one \
            instance that its files make.

            Exit codes: 0 done; 1 failed; 2 wrong usage or wrong configuration; 3 (status) an instance isn't \
            RUNNING; 4 no supervisor is running, or no such instance or server.
            """,
        version: "supervise \(versionNumber)",
        groupedSubcommands: [
            CommandGroup(
                name: "Supervisor",
                subcommands: [
                    Up.self, Down.self, Upgrade.self, Status.self, Top.self, IsHealthy.self, Check.self,
                ]),
            CommandGroup(
                name: "History",
                subcommands: [History.self, Incidents.self, Sessions.self, Uptime.self, Events.self]),
            CommandGroup(
                name: "Instance",
                subcommands: [Restart.self, Reload.self, Start.self, Stop.self, Failback.self, Rebalance.self]),
            CommandGroup(name: "Server", subcommands: [Drain.self, Maint.self, Ready.self, StandIn.self]),
        ])

    /// Runs a command and ends the process with its exit code.
    static func main() async {
        var messages = MessageStyle.lines
        do {
            try refuseUnknownCommand(CommandLine.arguments.dropFirst().first)
            var command = try parseAsRoot()
            if let up = command as? Up { messages = up.messages }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error, messages)
        }
        exit(withCode: ExitStatus.done.rawValue)
    }

    /// Says more than the parser would, which calls an unknown command an unexpected argument.
    private static func refuseUnknownCommand(_ first: String?) throws {
        guard let first, !first.hasPrefix("-"), first != "help" else { return }
        let names = configuration.groupedSubcommands.flatMap(\.subcommands).map { $0._commandName }
        guard !names.contains(first) else { return }
        let suggestion = Suggestion.closest(to: first, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw CommandFailure(
            .usage, "there is no command '\(first)'\(suggestion)\n  help: 'supervise --help' lists them")
    }

    /// Tells what went wrong, and ends with the exit code that says so.
    fileprivate static func end(with error: any Error, _ messages: MessageStyle = .lines) -> Never {
        switch error {
        case let failure as CommandFailure:
            if let message = failure.message { messages.tell(end: message) }
            exit(withCode: failure.status.rawValue)
        case let failure as ControlClientError:
            end(with: CommandFailure(failure), messages)
        case let failure as StateDirectory.Failure:
            end(with: CommandFailure(.failed, failure.description), messages)
        case let failure as ListenError:
            end(with: CommandFailure(.failed, failure.description), messages)
        case let refusal as ConfigurationRefused:
            for diagnostic in refusal.diagnostics { messages.tell(diagnostic) }
            exit(withCode: ExitStatus.usage.rawValue)
        case let diagnostic as Diagnostic:
            messages.tell(diagnostic)
            exit(withCode: ExitStatus.usage.rawValue)
        case Output.Failure.readerGone:
            exit(withCode: ExitStatus.failed.rawValue)
        case Output.Failure.other(let reason):
            Output.message("supervise: standard output: \(reason)")
            exit(withCode: ExitStatus.failed.rawValue)
        default:
            endParsing(with: error)
        }
    }

    /// Help and version go to standard output; a mistake's message to standard error.
    private static func endParsing(with error: any Error) -> Never {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        guard !code.isSuccess else {
            // Nobody is left to tell when standard output is closed.
            try? Output.current().write(message.isEmpty ? "" : message + "\n")
            exit(withCode: ExitStatus.done.rawValue)
        }
        if !message.isEmpty { Output.message(message) }
        exit(withCode: code == .validationFailure ? ExitStatus.usage.rawValue : ExitStatus.failed.rawValue)
    }

    private static func exit(withCode code: Int32) -> Never {
        exit(withError: code == 0 ? nil : ExitCode(code))
    }
}
