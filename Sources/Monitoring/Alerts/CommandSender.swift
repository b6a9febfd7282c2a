import Alerting
import EventLoop
import Foundation
import Synchronization

/// Tells a program: it is started with the message in its environment, and exit code 0 says that the message has arrived.
///
/// It has a session of its own; when it takes too long, it is ended with everything that it has started.
struct CommandSender: AlertSender {
    private let program: String
    private let arguments: [String]
    private let environment: [String: String]

    /// Makes a sender.
    ///
    /// - Parameters:
    ///   - program: the program's file.
    ///   - arguments: what follows its name.
    ///   - environment: what it has besides the message.
    init(program: String, arguments: [String], environment: [String: String]) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }

    var subject: String { program }

    func send(_ message: AlertMessage, attempt: Int, within limit: Duration) async throws {
        var plan = ChildProcess.Plan(
            program: program, arguments: [program] + arguments,
            environment: environment.merging(message.environment) { $1 })
        plan.environment["SUPERVISE_ATTEMPT"] = "\(attempt)"
        plan.leadsSession = true
        let running: RunningCommand
        do throws(SystemError) {
            running = RunningCommand(try ChildProcess(plan))
        } catch {
            throw AlertFailure(description: "it cannot be started: \(error.text)")
        }
        let outcome = await withTaskCancellationHandler {
            await running.end(within: limit)
        } onCancel: {
            running.kill()
        }
        try Task.checkCancellation()
        switch outcome {
        case .ended(.code(0)): return
        case .ended(.code(let code)): throw AlertFailure(description: "it ended with exit code \(code)")
        case .ended(.signal(let number)): throw AlertFailure(description: "signal \(number) ended it")
        case .tookTooLong: throw AlertFailure(description: "it did not end within \(limit)")
        }
    }
}

/// A program that runs, and that two may want to end: its time limit and the end of the supervisor.
private final class RunningCommand: Sendable {
    enum Outcome {
        case ended(ChildProcess.End)
        case tookTooLong
    }

    // Owner: the mutex; `nil` from the moment on at which its end was taken in, when its number may be another process's.
    private let process: Mutex<ChildProcess?>
    private let watched: ChildProcess

    init(_ process: ChildProcess) {
        self.process = Mutex(process)
        watched = process
    }

    func kill() {
        process.withLock { $0?.endGroup() }
    }

    /// Waits on a thread of its own, since that blocks.
    func end(within limit: Duration) async -> Outcome {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(returning: self.wait(Int32(clamping: Int64(limit / .milliseconds(1)))))
            }
            thread.name = "alert"
            thread.start()
        }
    }

    private func wait(_ milliseconds: Int32) -> Outcome {
        let isInTime: Bool
        do {
            isInTime = try watched.hasEnded(within: milliseconds)
        } catch {
            // Without a descriptor to wait with, it gets no time: it must not stay.
            isInTime = false
        }
        if !isInTime { kill() }
        return process.withLock { process in
            process = nil
            let end = watched.waitUntilEnded()
            return isInTime ? .ended(end) : .tookTooLong
        }
    }
}
