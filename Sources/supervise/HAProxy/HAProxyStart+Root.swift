import Configuration
import EventLoop
import Logging
import Supervision

/// What binds the process to others and to the system's files: an old process's sockets, and the root.
extension HAProxyStart {
    /// `-x`: fetches the listening sockets of the old process.
    ///
    /// - Parameters:
    ///   - sockets: gets them; those that the files don't want are closed when the others are opened.
    ///   - messages: told why there are none.
    /// - Throws: that there are none; under a master that is no reason not to run.
    func fetchSockets(
        into sockets: inout InstanceSockets, _ messages: inout HAProxyMessages
    ) throws(HAProxyRefusal) {
        // HAProxy's way to say on a command line that a former -x doesn't count.
        guard let path = line.oldSocket, path != "/dev/null" else { return }
        do throws(SocketPassing.Failure) {
            sockets.receive(try SocketPassing.fetch(from: path), for: configuration)
        } catch {
            messages.tell(.warning, Self.text(of: error, path))
            let text = "Failed to get the sockets from the old process!"
            guard manner.mastery != .alone else { throw HAProxyRefusal(text: text) }
            messages.tell(.alert, text)
        }
    }

    private static func text(of failure: SocketPassing.Failure, _ path: String) -> String {
        switch failure {
        case .notReached: "Failed to connect to the old process socket '\(path)'"
        case .notExposed: "Failed to get the number of sockets to be transferred !"
        case .brokenOff(let expected, let received):
            "Expected \(expected) sockets of the old process, and got \(received)."
        }
    }

    /// `chroot`: nothing is found by a name any more but what is in that folder.
    ///
    /// Names and states of servers are asked for first. Where a history is kept, it stays as it is: its directory would be
    /// out of reach.
    ///
    /// - Parameters:
    ///   - accounts: who the process becomes there.
    ///   - keepsHistory: whether a history is kept.
    ///   - logger: told of files that cannot be read.
    ///   - messages: told of a root that is not changed.
    /// - Returns: what was found out before; `nil` where the root stays.
    /// - Throws: that the folder is none, or the process may not.
    func changeRoot(
        of accounts: HAProxyAccounts, keepsHistory: Bool, _ logger: Logger, _ messages: inout HAProxyMessages
    ) throws(HAProxyRefusal) -> FoundBefore? {
        guard let root = configuration.global.process.root else { return nil }
        guard !keepsHistory else {
            messages.tell(
                .warning,
                "'chroot \(root)' is not done: the history could not be written from inside; user and group hold.")
            return nil
        }
        guard Privileges.may(user: accounts.user, group: accounts.group, search: root) else {
            messages.tell(
                .warning,
                """
                'chroot \(root)' is not done: the file's user may not search that folder, and finds its own threads there; user \
                and group hold. Write 'chmod 711 \(root)'.
                """)
            return nil
        }
        let found = FoundBefore(for: configuration, logger: logger)
        do throws(SystemError) {
            try Privileges.enter(root: root)
            return found
        } catch {
            guard error.operation != "chroot" else { throw HAProxyRefusal(text: "Cannot chroot(\(root)).") }
            messages.tell(
                .warning,
                """
                'chroot \(root)' is not done: this process's threads cannot be shown in \(root)/proc (\(error)); user and group \
                hold. Mount /proc there before the start, or give the process CAP_SYS_ADMIN.
                """)
            return nil
        }
    }
}
