import Foundation
import Supervision

/// The supervisor in the background, as `up --daemon` starts it.
///
/// A process with threads cannot be forked whole, so the program starts itself anew, detached, and waits until that has
/// told on its standard output that it is ready, or has ended.
struct BackgroundProcess: Sendable {
    /// What the new process tells.
    private static let readyLine = "ready\n"

    private let directory: StateDirectory

    /// Prepares a start.
    ///
    /// - Parameter directory: where the log is to be.
    init(_ directory: StateDirectory) {
        self.directory = directory
    }

    /// Starts the process and returns when it is ready.
    ///
    /// - Parameter arguments: its arguments, without the program's name.
    /// - Throws: `CommandFailure` with the exit code of a process that ended instead, after its messages were passed on.
    func launch(_ arguments: [String]) throws {
        try directory.make()
        let path = directory.path + "/supervise.log"
        let log = try Self.openLog(path)
        let messages = log.offsetInFile
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = log
        let ready = Pipe()
        process.standardOutput = ready
        do {
            try process.run()
        } catch {
            throw CommandFailure(.failed, "the program cannot be started anew: \(error.localizedDescription)")
        }
        let told = try ready.fileHandleForReading.read(upToCount: Self.readyLine.utf8.count) ?? Data()
        if told == Data(Self.readyLine.utf8) {
            Output.message(
                "supervise runs in the background (pid \(process.processIdentifier)); messages go to \(path)")
            return
        }
        process.waitUntilExit()
        Self.passOn(path, from: messages)
        throw CommandFailure(ExitStatus(rawValue: process.terminationStatus) ?? .failed)
    }

    /// Leaves the terminal and the job of the process that started this one.
    static func becomeSessionLeader() {
        // Fails only where this process leads a group already, as it does when started by hand: nothing is to be left then.
        _ = setsid()
    }

    /// Tells the process that started this one that it may end.
    static func reportReady() {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(readyLine.utf8))
            // The pipe ends here; what follows has nowhere to go but the log.
            let nowhere = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/null"))
            dup2(nowhere.fileDescriptor, STDOUT_FILENO)
        } catch {
            Output.message("the starting process does not wait any more: \(error.localizedDescription)")
        }
    }

    private static func openLog(_ path: String) throws -> FileHandle {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw CommandFailure(.failed, "\(path): \(String(cString: strerror(errno)))")
        }
        let log = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        _ = try log.seekToEnd()
        return log
    }

    private static func passOn(_ path: String, from offset: UInt64) {
        do {
            let log = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            try log.seek(toOffset: offset)
            let text = String(decoding: try log.readToEnd() ?? Data(), as: UTF8.self)
            Output.message(text.trimmingCharacters(in: .newlines))
        } catch {
            Output.message("the new process ended; why is in \(path)")
        }
    }
}
