import Foundation
import History
import Logging
import Model
import Monitoring
import Supervision

/// Where the history of a process goes that runs as HAProxy.
///
/// Nowhere, unless `--state` or `$SUPERVISE_STATE` says where: HAProxy has none. A state directory has one writer, so a
/// successor waits, with its records in memory (as many as the recorder's bound allows), until its predecessor has ended.
struct HAProxyHistory: Sendable {
    /// How often a state directory is tried that another process still has.
    private static let lockInterval = Duration.milliseconds(200)

    private let kept: (recorder: Recorder, directory: StateDirectory)?
    private let logger: Logger

    /// Decides where the history goes.
    ///
    /// - Parameters:
    ///   - option: what `--state` says, if it was given.
    ///   - environment: the process's environment.
    ///   - logger: told of what goes wrong with it.
    init(option: String?, environment: [String: String], logger: Logger) {
        self.logger = logger
        kept = Self.directory(option, environment).map { path in
            let recorder = Recorder(
                stateDirectory: path, version: Supervise.versionNumber,
                processID: ProcessInfo.processInfo.processIdentifier, now: { .now },
                report: { logger.warning("\($0)") })
            return (recorder, StateDirectory(path: path))
        }
    }

    /// Whether there will be one.
    ///
    /// - Parameters:
    ///   - line: the command line.
    ///   - environment: the process's environment.
    /// - Returns: whether one of them says where.
    static func isKept(_ line: HAProxyCommandLine, _ environment: [String: String]) -> Bool {
        directory(line.stateDirectory, environment) != nil
    }

    private static func directory(_ option: String?, _ environment: [String: String]) -> String? {
        option ?? environment["SUPERVISE_STATE"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Opens what was recorded; `nil` where nothing is kept.
    var source: HistorySource? {
        guard let path = kept?.directory.path else { return nil }
        return { try HistoryDatabase(stateDirectory: path) }
    }

    /// Where records are left.
    var sink: any HistorySink { kept?.recorder ?? DiscardedHistory() }

    /// Keeps the history while something runs, and ends it in order.
    ///
    /// - Parameter body: what runs.
    /// - Returns: what it returned.
    func keep<Result: Sendable>(while body: () async -> Result) async -> Result {
        guard let (recorder, directory) = kept else { return await body() }
        let turn = Task { await begin(recorder, directory) }
        let result = await body()
        turn.cancel()
        guard let lock = await turn.value else {
            logger.warning("the history of this run was not kept in \(directory.path)")
            return result
        }
        await recorder.stop()
        withExtendedLifetime(lock) {}
        return result
    }

    /// Begins to write as soon as nobody else does.
    ///
    /// - Returns: what holds the directory while it lives; `nil` when the turn never came.
    private func begin(_ recorder: Recorder, _ directory: StateDirectory) async -> (any AnyObject & Sendable)? {
        do {
            try directory.make()
            while true {
                do throws(StateDirectory.Failure) {
                    let lock = try directory.lock()
                    recorder.start()
                    return lock
                } catch {
                    guard case .inUse = error else { throw error }
                }
                try await Task.sleep(for: Self.lockInterval)
            }
        } catch is CancellationError {
            return nil
        } catch {
            logger.warning("\(error)")
            return nil
        }
    }
}

/// Takes the history of a process that keeps none.
struct DiscardedHistory: HistorySink {
    func offer(_ record: HistoryRecord) {}
}
