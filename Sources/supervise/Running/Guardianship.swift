import EventLoop
import Foundation
import Logging
import Model
import Monitoring
import Supervision
import Synchronization

/// What `up` has to do with the guardian that started it: what it was given, what it tells, what it is told.
final class Guardianship: Sendable {
    /// By which name the guardian holds the state directory's lock.
    private static let lockName = "(lock)"
    /// How long a successor leaves the control socket and the dashboard's address to its predecessor.
    private static let patience = Duration.seconds(10)

    /// The connection to the guardian.
    let link: GuardianLink
    /// Why this process was started.
    let cause: GuardianHandover.Cause
    /// The predecessor has given up what two cannot have, or there is none.
    let predecessorLeft = Latch()
    /// A successor serves, or the guardian has ended.
    let leaving = Latch()

    private let sockets: [String: Int32]
    // Owner: the mutex. What has to end before the predecessor has left.
    private let servers = Mutex(0)

    /// Takes what came with the process; `nil` for one without a guardian.
    ///
    /// - Parameter environment: the process's environment.
    /// - Throws: `CommandFailure` when the environment promises what is not there.
    init?(environment: [String: String]) throws {
        do throws(SystemError) {
            guard let (link, handover) = try GuardianHandover.receive(environment: environment) else { return nil }
            self.link = link
            cause = handover.cause
            sockets = handover.sockets
        } catch {
            throw CommandFailure(.failed, "\(error)")
        }
        if predecessor == nil {
            predecessorLeft.open()
        } else {
            Task { [predecessorLeft] in
                // Never cancelled; a predecessor that hangs is not waited for.
                try? await Task.sleep(for: Self.patience)
                predecessorLeft.open()
            }
        }
    }

    /// Becomes the guardian, which starts this program again; returns when there is none beside it.
    ///
    /// - Throws: `CommandFailure` when it is there and cannot be started.
    static func begin() throws {
        guard let program = CurrentProcess.program else { return }
        let path = path(beside: program)
        guard FileManager.default.isExecutableFile(atPath: path) else {
            Output.message("supervise: there is no \(path), so nobody starts this again if it crashes")
            return
        }
        // By its path: it becomes that file anew at an upgrade.
        let failure = CurrentProcess.become(path, [path, program] + CommandLine.arguments)
        throw CommandFailure(.failed, "\(failure)")
    }

    /// Whether there is a guardian beside this program.
    static var isInstalled: Bool {
        CurrentProcess.program.map { FileManager.default.isExecutableFile(atPath: path(beside: $0)) } ?? false
    }

    private static func path(beside program: String) -> String {
        URL(fileURLWithPath: program).deletingLastPathComponent().appendingPathComponent(GuardianLink.program).path
    }

    /// Whether nobody waits to be told that this is ready.
    var isFirst: Bool { cause == .order }

    /// The process that serves until this one does.
    var predecessor: Int32? {
        guard case .upgrade(let process) = cause else { return nil }
        return process
    }

    /// The listening sockets that the guardian held.
    var listeners: [String: Int32] { sockets.filter { $0.key != Self.lockName } }

    /// Takes the state directory for this process, and its successors.
    ///
    /// - Parameter directory: the directory.
    /// - Returns: the lock.
    /// - Throws: `StateDirectory.Failure` while another supervisor has it.
    func lock(_ directory: StateDirectory) throws -> LockFile {
        if let held = sockets[Self.lockName] { return LockFile(adopting: held) }
        let lock = try directory.lock()
        link.hold(lock.descriptor, as: Self.lockName)
        return lock
    }

    /// Begins to serve an address that a successor cannot have as long as this process has it.
    func beginServing() { servers.withLock { $0 += 1 } }

    /// Has ended to serve such an address; with the last one, this process has left.
    func endServing() {
        let rest = servers.withLock { servers in
            servers -= 1
            return servers
        }
        if rest == 0 { link.reportLeft() }
    }

    /// What the history is to have of the supervisor before, if that one crashed.
    func crash(at moment: Timestamp) -> EventRecord? {
        guard case .crash(let text) = cause else { return nil }
        let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let last = lines.dropFirst().suffix(Self.mostLines).joined(separator: " | ")
        let detail = lines.first ?? "the supervisor ended"
        return EventRecord(
            at: moment, instance: nil, kind: .crashed,
            detail: last.isEmpty ? detail : "\(detail); it last wrote: \(last)")
    }

    /// So many of the last lines that a crashed supervisor wrote are remembered.
    private static let mostLines = 8

    /// Takes in what the guardian says, for as long as the process lives.
    ///
    /// - Parameters:
    ///   - supervisor: what is to follow it.
    ///   - logger: told what the guardian said.
    ///   - whenLeaving: called before sessions are let go on their own, with whether a successor serves.
    func listen(
        for supervisor: Supervisor, logger: Logger, whenLeaving: @escaping @Sendable (_ hasSuccessor: Bool) -> Void
    ) {
        let (words, word) = AsyncStream.makeStream(of: GuardianLink.Word.self)
        Thread.detachNewThread { [link] in
            var last = GuardianLink.Word.leave
            while last != .ended {
                last = link.receive()
                word.yield(last)
            }
            word.finish()
        }
        Task { [self] in
            var hasSuccessor = false
            for await word in words {
                switch word {
                case .predecessorLeft: predecessorLeft.open()
                case .upgradeFailed(let why): await supervisor.noteFailedUpgrade(why)
                case .leave:
                    hasSuccessor = true
                    whenLeaving(true)
                    await supervisor.leave(hasSuccessor: true, by: Operator(name: "upgrade"))
                    leaving.open()
                case .ended where hasSuccessor: break
                case .ended:
                    logger.error("the guardian has ended: sessions may end by themselves, then this ends, too")
                    whenLeaving(false)
                    await supervisor.leave(hasSuccessor: false, by: Operator(name: "the guardian's end"))
                    leaving.open()
                }
            }
        }
    }
}
