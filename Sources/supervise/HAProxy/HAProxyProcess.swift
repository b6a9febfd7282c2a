import Foundation
import Glibc

/// The process that runs as HAProxy: its file of process numbers, its background, its end.
struct HAProxyProcess: Sendable {
    /// Tells a process that it is the one in the background, and not the one that starts it.
    static let backgroundMark = "SUPERVISE_BACKGROUND"

    /// Writes the process's number into a file.
    ///
    /// - Parameter path: the file; replaced if it is there.
    /// - Throws: what keeps it from being written.
    static func writeNumber(to path: String) throws {
        let number = "\(ProcessInfo.processInfo.processIdentifier)\n"
        try number.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Starts this program anew with the same words, in the background, and returns when it listens or has ended.
    ///
    /// A process with threads cannot be forked whole. Inherited listening sockets go along.
    ///
    /// - Parameter environment: the process's environment.
    /// - Returns: 0, or the exit code of a process that ended instead.
    /// - Throws: when it cannot be started.
    static func startInBackground(_ environment: [String: String]) throws -> Int32 {
        var environment = environment
        environment[backgroundMark] = "1"
        return try BackgroundProcess.start(
            Array(CommandLine.arguments.dropFirst()), environment: environment, messages: .standardError)
    }

    /// Leaves the terminal, once everything that could go wrong has been told there.
    ///
    /// - Parameter reporting: whether the process that started this one waits to be told.
    static func leaveTerminal(reporting: Bool) {
        if reporting { BackgroundProcess.reportReady() }
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard nowhere >= 0 else { return }
        for standard in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(nowhere, standard) }
        close(nowhere)
    }
}
