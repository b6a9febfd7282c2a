import ArgumentParser
import Foundation
import Monitoring
import Supervision

/// `--state`, which every subcommand takes.
struct StateOption: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            """
            Where the history and the control socket are. (default: $SUPERVISE_STATE, else $STATE_DIRECTORY, else \
            /var/lib/supervise for root and ${XDG_STATE_HOME:-~/.local/state}/supervise for others)
            """,
            valueName: "dir"))
    var path: String?

    /// The state directory.
    ///
    /// - Returns: the directory; it need not exist.
    /// - Throws: `StateDirectory.Failure` when nothing says where it is.
    func directory() throws -> StateDirectory {
        try StateDirectory.find(option: path, environment: ProcessInfo.processInfo.environment)
    }

    /// A client of the supervisor that runs on the state directory.
    ///
    /// - Returns: the client.
    /// - Throws: `StateDirectory.Failure` when nothing says where the directory is.
    func client() throws -> ControlClient {
        ControlClient(path: try directory().controlSocket)
    }
}
