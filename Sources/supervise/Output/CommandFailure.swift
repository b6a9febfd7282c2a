import Monitoring

/// What a command's exit code says.
enum ExitStatus: Int32, Sendable {
    /// Done.
    case done = 0
    /// Tried and failed.
    case failed = 1
    /// Wrong usage or wrong configuration.
    case usage = 2
    /// `status` alone: an instance isn't RUNNING.
    case notAllRunning = 3
    /// No supervisor is running, or no such instance or server.
    case notFound = 4
}

/// A command that ends without having done what was asked.
struct CommandFailure: Error, Sendable {
    /// The exit code.
    var status: ExitStatus
    /// What to tell; `nil` when all has been told.
    var message: String?

    /// Makes a failure.
    ///
    /// - Parameters:
    ///   - status: the exit code.
    ///   - message: what to tell.
    init(_ status: ExitStatus, _ message: String? = nil) {
        self.status = status
        self.message = message
    }

    /// A request to the supervisor that was not carried out.
    ///
    /// - Parameter error: why.
    init(_ error: ControlClientError) {
        switch error {
        case .notRunning(let path):
            self.init(
                .notFound,
                """
                no supervisor is running: nobody serves \(path)
                  help: start one with 'supervise up', or name its state directory with --state
                """)
        case .starting:
            self.init(.notFound, "the supervisor is about to start: it has read no configuration file yet")
        case .notAllowed(let path):
            self.init(
                .failed,
                """
                this user may not use \(path)
                  help: run the command as the supervisor's user, or join its group
                """)
        case .notFound(let name, let suggestion):
            self.init(.notFound, Self.unknown("instance, server or stand-in", name, suggestion))
        case .refusedConfiguration(let diagnostics):
            let summary = "the configuration was refused; the old one goes on"
            self.init(.usage, (diagnostics + [summary]).joined(separator: "\n"))
        case .failed(let text):
            self.init(.failed, text)
        }
    }

    /// A name that is not in the history.
    ///
    /// - Parameter error: which.
    init(_ error: KnownServers.NotFound) {
        self.init(.notFound, Self.unknown("\(error.kind) of the history", error.name, error.suggestion))
    }

    private static func unknown(_ kind: String, _ name: String, _ suggestion: String?) -> String {
        let text = "no \(kind) is called '\(name)'"
        return suggestion.map { text + "; did you mean '\($0)'?" } ?? text
    }
}
