import EventLoop
import Foundation
import Synchronization

/// Tells the service manager that started this how far it is, in systemd's words (`Type=notify` and `Type=notify-reload`).
///
/// Under a guardian it is the guardian's to send: a service manager listens to the process that it started.
///
/// - Source: sd_notify(3), sd_watchdog_enabled(3).
struct ServiceManager: Sendable {
    private let send: @Sendable ([String]) -> Void
    /// How long it may hear nothing; `nil` when it doesn't listen for signs of life.
    let watchdogTime: Duration?

    /// Finds whom to tell; `nil` when nobody asked to be told.
    ///
    /// - Parameters:
    ///   - environment: the process's environment.
    ///   - guardian: the guardian, if there is one.
    init?(environment: [String: String], guardian: GuardianLink?) {
        guard let notification = ServiceNotification(environment: environment) else { return nil }
        if let guardian {
            send = { guardian.notify($0) }
        } else {
            send = { notification.send($0) }
        }
        let process = environment["WATCHDOG_PID"].flatMap { Int32($0) }
        let isMeant = process.map { [CurrentProcess.identifier, CurrentProcess.parent].contains($0) } ?? true
        let time = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
        watchdogTime = isMeant ? time.flatMap { $0 > 0 ? .microseconds($0) : nil } : nil
    }

    /// Everything serves.
    ///
    /// - Parameter status: one line for a person.
    func ready(_ status: String) { send(["READY=1", "STATUS=\(status)"]) }

    /// The files are read anew; `reloaded` says that this is over.
    func reloading() { send(["RELOADING=1", "MONOTONIC_USEC=\(MonotonicTime.now().nanoseconds / 1_000)"]) }

    /// What had changed in the files is in effect, or refused.
    func reloaded() { send(["READY=1"]) }

    /// The end has begun.
    ///
    /// - Parameter patience: how long it may take.
    func stopping(within patience: Duration) {
        let limit = patience.components.seconds * 1_000_000 + Self.extraMicroseconds
        send(["STOPPING=1", "STATUS=sessions may end by themselves", "EXTEND_TIMEOUT_USEC=\(limit)"])
    }

    /// All loops turn.
    func keepAlive() { send(["WATCHDOG=1"]) }

    /// What the end takes beside the sessions' time.
    private static let extraMicroseconds: Int64 = 10_000_000
}

/// When a sign of life is due: at least twice in the time in which it is waited for.
final class LifeSign: Sendable {
    private let manager: ServiceManager
    private let interval: Duration
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    /// Prepares signs of life; `nil` when nobody waits for them.
    ///
    /// - Parameter manager: whom to tell.
    init?(_ manager: ServiceManager?) {
        guard let manager, let time = manager.watchdogTime else { return nil }
        self.manager = manager
        interval = time / 2
    }

    /// All is well; tells so when it is due.
    ///
    /// - Parameter now: when.
    func give(at now: ContinuousClock.Instant = .now) {
        let isDue = last.withLock { last in
            if let last, now - last < interval - Self.tolerance { return false }
            last = now
            return true
        }
        if isDue { manager.keepAlive() }
    }

    /// Better a little early than late.
    private static let tolerance = Duration.milliseconds(250)
}
