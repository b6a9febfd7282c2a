import Configuration
import EventLoop
import Foundation
import Glibc
import Logging
import Supervision

/// What keeps the process from running, as HAProxy says it.
struct HAProxyRefusal: Error, Sendable {
    let text: String
}

/// What the process does between reading the files and serving, in the order of HAProxy.
///
/// All of it happens while there is one thread: privileges can be given up only then (`Privileges`), and clients are waited
/// for long before the first of the runtime's threads is there.
struct HAProxyStart {
    /// How often an address is tried that an old process may give up.
    private static let attempts = 200
    /// What the threads and the first sessions take of the address space, in megabytes; an arena of the C library alone maps 64.
    private static let memoryToServe = 256
    /// How long between two attempts, in seconds.
    private static let interval = 0.01

    let line: HAProxyCommandLine
    let manner: HAProxyManner
    let configuration: InstanceConfiguration

    private var process: ProcessConfiguration { configuration.global.process }

    /// `ulimit-n`.
    ///
    /// - Parameter messages: told of a limit that it does without.
    /// - Throws: that it cannot be had.
    func raiseLimits(_ messages: inout HAProxyMessages) throws(HAProxyRefusal) {
        guard let wanted = process.descriptorLimit else { return }
        do throws(SystemError) {
            try DescriptorLimit.raise(to: UInt64(wanted))
        } catch {
            let present = (try? DescriptorLimit.current().soft).map { ", limit is \($0)" } ?? ""
            let text = "Cannot raise FD limit to \(wanted)\(present)."
            if process.isStrictAboutLimits { throw HAProxyRefusal(text: text) }
            messages.tell(.warning, "[haproxy.main()] \(text)")
        }
    }

    /// `-m`.
    ///
    /// - Parameter messages: told that the system refuses, which is no reason not to run.
    /// - Throws: that the process could not live within it.
    func limitMemory(_ messages: inout HAProxyMessages) throws(HAProxyRefusal) {
        guard let limit = line.memoryLimit else { return }
        let least = (MemoryLimit.mappedMegabytes() ?? 0) + Self.memoryToServe
        guard limit >= least else {
            throw HAProxyRefusal(
                text: "-m \(limit): this program needs \(least) megabytes of address space to begin to serve.")
        }
        do throws(SystemError) {
            try MemoryLimit.set(megabytes: limit)
        } catch {
            messages.tell(.warning, "[haproxy.main()] Cannot fix MEM limit to \(limit) megs.")
        }
    }

    /// Opens the listening sockets.
    ///
    /// An address that another process has is asked of the old ones (`-sf`, `-st`): they stop listening, and go on when it is in
    /// vain.
    ///
    /// - Parameters:
    ///   - sockets: what there is already; what is opened is added.
    ///   - messages: told which address cannot be had.
    /// - Throws: that one cannot be had.
    func open(_ sockets: inout InstanceSockets, _ messages: inout HAProxyMessages) throws(HAProxyRefusal) {
        let old = line.succession?.processes ?? []
        var hasAsked = false
        for attempt in 1...Self.attempts {
            do throws(InstanceSockets.Failure) {
                return try sockets.open(for: configuration)
            } catch {
                if error.error.code == EADDRINUSE, !old.isEmpty, attempt < Self.attempts {
                    if !hasAsked { tell(old, SIGTTOU) }
                    hasAsked = true
                    Thread.sleep(forTimeInterval: Self.interval)
                    continue
                }
                if hasAsked { tell(old, SIGTTIN) }
                messages.tell(.alert, Self.text(of: error))
                throw HAProxyRefusal(text: "Some protocols failed to start their listeners! Exiting.")
            }
        }
    }

    /// Writes the pid file.
    ///
    /// - Throws: that it cannot be written.
    func writeNumber() throws(HAProxyRefusal) {
        guard let path = manner.pidFile else { return }
        do {
            try HAProxyProcess.writeNumber(to: path)
        } catch {
            throw HAProxyRefusal(text: "Cannot create pidfile \(path)")
        }
    }

    /// `-sf` and `-st`: now that this process listens, the others need not.
    func tellPredecessors() {
        guard let succession = line.succession else { return }
        tell(succession.processes, succession.letsSessionsFinish ? SIGUSR1 : SIGTERM)
    }

    /// `chroot`, `group` and `user`, in the order in which each is still allowed.
    ///
    /// - Parameters:
    ///   - keepsHistory: whether a history is kept.
    ///   - logger: told of files that cannot be read.
    ///   - messages: told of what is not done.
    /// - Returns: what was found out before the root changed; `nil` where it stays.
    /// - Throws: that one is not done.
    func dropPrivileges(
        keepsHistory: Bool, _ logger: Logger, _ messages: inout HAProxyMessages
    ) throws(HAProxyRefusal) -> FoundBefore? {
        // Names of accounts are looked up while the system's files are there.
        let accounts: HAProxyAccounts
        do throws(HAProxyAccounts.Unknown) {
            accounts = try HAProxyAccounts(process)
        } catch {
            // It was known when the files were read.
            throw HAProxyRefusal(text: error.diagnostics.map(\.message).joined(separator: "; "))
        }
        if configuration.needsLastingPrivileges {
            guard (accounts.user ?? 0) == 0 else {
                throw HAProxyRefusal(
                    text: "Some configuration options require full privileges, so global.uid cannot be changed.")
            }
            if !Account.isRoot {
                messages.tell(
                    .warning, "[haproxy.main()] Some options which require full privileges might not work well.")
            }
        }
        let found = try changeRoot(of: accounts, keepsHistory: keepsHistory, logger, &messages)
        do throws(SystemError) {
            if let group = accounts.group { try Privileges.become(group: group) }
            if let user = accounts.user { try Privileges.become(user: user) }
        } catch {
            throw HAProxyRefusal(text: Self.text(of: error))
        }
        return found
    }

    private func tell(_ processes: [Int32], _ signal: Int32) {
        // One that has ended already needs no telling.
        for process in processes { _ = kill(process, signal) }
    }

    private static func text(of failure: InstanceSockets.Failure) -> String {
        let error = failure.error
        let place = failure.location.map { " [\($0.file):\($0.line)]" } ?? ""
        if error.subject.hasPrefix("namespace ") { return "Cannot \(error.operation) \(error.subject) (\(error.text))" }
        let whose = failure.proxy.map { "for proxy \($0)" } ?? "for a stats socket"
        return "Binding\(place) \(whose): cannot \(error.operation) socket (\(error.text)) for [\(error.subject)]"
    }

    private static func text(of error: SystemError) -> String {
        switch error.operation {
        case "setgid": "Cannot set gid \(error.subject)."
        case "setuid": "Cannot set uid \(error.subject)."
        default: "Cannot \(error.operation)(\(error.subject))."
        }
    }
}
