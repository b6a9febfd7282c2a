import EventLoop
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
        let path = directory.logFile
        let log = try Self.openLog(path)
        let messages = log.offsetInFile
        try Self.keepDescriptors()
        let environment = ProcessInfo.processInfo.environment
        let code = try Self.start(arguments, environment: environment, messages: log) { process in
            Output.message("supervise runs in the background (pid \(process)); messages go to \(path)")
        }
        guard code != 0 else { return }
        Self.passOn(path, from: messages)
        throw CommandFailure(ExitStatus(rawValue: code) ?? .failed)
    }

    /// Starts this program anew and returns when it is ready or has ended.
    ///
    /// - Parameters:
    ///   - arguments: its arguments, without the program's name.
    ///   - environment: its environment.
    ///   - messages: its standard error.
    ///   - whenReady: called with its number once it is ready.
    /// - Returns: 0 when it is ready, else the exit code with which it ended.
    /// - Throws: when it cannot be started.
    static func start(
        _ arguments: [String], environment: [String: String], messages: FileHandle,
        whenReady: (pid_t) -> Void = { _ in }
    ) throws -> Int32 {
        let ready = Pipe()
        for end in [ready.fileHandleForReading, ready.fileHandleForWriting] {
            _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        let words = [CommandLine.arguments.first ?? "supervise"] + arguments
        var plan = ChildProcess.Plan(program: ChildProcess.ownProgram, arguments: words, environment: environment)
        plan.output = ready.fileHandleForWriting.fileDescriptor
        plan.errorOutput = messages.fileDescriptor
        plan.leadsSession = true
        let process: ChildProcess
        do throws(SystemError) {
            process = try ChildProcess(plan)
        } catch {
            throw CommandFailure(.failed, "the program cannot be started anew: \(error.text)")
        }
        // Only the new process writes from now on, so that its end is the end of the pipe.
        try ready.fileHandleForWriting.close()
        let told = try ready.fileHandleForReading.read(upToCount: readyLine.utf8.count) ?? Data()
        guard told == Data(readyLine.utf8) else {
            guard case .code(let code) = process.waitUntilEnded() else { return ExitStatus.failed.rawValue }
            return max(code, ExitStatus.failed.rawValue)
        }
        whenReady(process.identifier)
        return 0
    }

    /// Hands down nothing but the three standard descriptors.
    ///
    /// Whoever started this program may wait for the end of what it inherited, which must not be the end of the new process.
    private static func keepDescriptors() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            guard let descriptor = Int32(name), descriptor > STDERR_FILENO else { continue }
            // One that is not open any more is the one through which the folder was read.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    /// Tells the process that started this one that it may end.
    static func reportReady() {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(readyLine.utf8))
            // The pipe ends here; what follows has nowhere to go but the log.
            try forgetOutput()
        } catch {
            Output.message("the starting process does not wait any more: \(error.localizedDescription)")
        }
    }

    /// Gives up the standard output, which nobody reads any more.
    static func forgetOutput() throws {
        let nowhere = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/null"))
        dup2(nowhere.fileDescriptor, STDOUT_FILENO)
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
