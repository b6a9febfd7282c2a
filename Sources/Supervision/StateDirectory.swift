import EventLoop
import Foundation

/// The folder that keeps what outlives a run: the history, and the control socket of the run that is on.
public struct StateDirectory: Sendable, Hashable {
    /// Why a state directory cannot be used.
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// Neither an option nor the environment says where it is.
        case unknown
        /// Another supervisor runs on it; its process number, when it told.
        case inUse(path: String, by: Int32?)
        /// It could not be made or opened; why.
        case unusable(path: String, why: String)
        /// Its name is too long for the control socket in it.
        case nameTooLong(path: String)

        /// One sentence for a person.
        public var description: String {
            switch self {
            case .unknown:
                "no state directory: set HOME or SUPERVISE_STATE, or use --state DIR"
            case .inUse(let path, let process?):
                "another supervisor (pid \(process)) is running on \(path); stop it, or use another --state"
            case .inUse(let path, nil):
                "another supervisor is running on \(path); stop it, or use another --state"
            case .unusable(let path, let why):
                "state directory \(path): \(why)"
            case .nameTooLong(let path):
                "state directory \(path): the control socket's path would be longer than "
                    + "\(SocketAddress.longestUnixPath) bytes; use a shorter --state"
            }
        }
    }

    /// Where it is.
    public let path: String

    /// Takes a folder as it is.
    ///
    /// - Parameter path: where it is.
    public init(path: String) {
        self.path = path
    }

    /// Finds the folder: the option, `$SUPERVISE_STATE`, `$STATE_DIRECTORY`, `/var/lib/supervise` for root, else
    /// `$XDG_STATE_HOME/supervise`, else `~/.local/state/supervise`.
    ///
    /// - Parameters:
    ///   - option: what `--state` says, if it was given.
    ///   - environment: the process's environment; an empty variable counts as not set.
    ///   - isRoot: whether the process acts as root.
    /// - Returns: the folder; it need not exist yet.
    /// - Throws: `Failure.unknown` when nothing says where it is.
    /// - Source: systemd.exec(5), `$STATE_DIRECTORY` (several, separated by colons: the first is ours); XDG Base Directory
    ///   Specification (a relative `$XDG_STATE_HOME` is to be ignored).
    public static func find(option: String?, environment: [String: String], isRoot: Bool = Account.isRoot)
        throws(Failure) -> StateDirectory
    {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let option { return StateDirectory(path: option) }
        if let path = variable("SUPERVISE_STATE") { return StateDirectory(path: path) }
        if let path = variable("STATE_DIRECTORY")?.split(separator: ":").first {
            return StateDirectory(path: String(path))
        }
        if isRoot { return StateDirectory(path: "/var/lib/supervise") }
        if let home = variable("XDG_STATE_HOME"), home.hasPrefix("/") {
            return StateDirectory(path: "\(home)/supervise")
        }
        guard let home = variable("HOME") else { throw .unknown }
        return StateDirectory(path: "\(home)/.local/state/supervise")
    }

    /// The database.
    public var historyFile: String { "\(path)/history.sqlite" }
    /// The socket on which the running supervisor takes orders.
    public var controlSocket: String { "\(path)/control.sock" }
    /// What a supervisor knows of its servers, a file an instance; there while it runs, and after a crash.
    public var serverStates: String { "\(path)/servers" }
    /// The stick tables, a file an instance.
    public var tables: String { "\(path)/tables" }
    /// The file that a running supervisor holds.
    public var lockFile: String { "\(path)/supervise.lock" }
    /// The messages of one in the background.
    public var logFile: String { "\(path)/supervise.log" }

    /// Makes the folder, if it is not there, open to its owner and readable by its group (0750).
    ///
    /// - Throws: `Failure` when it cannot be made, or is no place for a control socket.
    public func make() throws(Failure) {
        guard controlSocket.utf8.count <= SocketAddress.longestUnixPath - SocketFile.longestSuffix else {
            throw .nameTooLong(path: path)
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw .unusable(path: path, why: error.localizedDescription)
        }
    }

    /// What may be in it: what runs on it leaves nothing else there.
    private var ownFiles: [String] {
        [
            historyFile, historyFile + "-wal", historyFile + "-shm", historyFile + "-journal", controlSocket, lockFile,
            logFile, tables,
        ]
    }

    /// Gives the folder, and what an earlier run left there, to the user under whom the next one is to run.
    ///
    /// - Parameters:
    ///   - user: the user's number.
    ///   - group: the group's number.
    /// - Throws: `Failure.unusable` where it is another user's already, or has something else in it.
    public func give(toUser user: UInt32, group: UInt32) throws(Failure) {
        do {
            let files = FileManager.default
            let owner = try files.attributesOfItem(atPath: path)[.ownerAccountID] as? NSNumber
            guard owner?.uint32Value != user else { return }
            guard owner?.uint32Value == 0 else {
                throw Failure.unusable(path: path, why: "it belongs to another user than 'user' of the files says")
            }
            let names = Set(ownFiles.map { URL(fileURLWithPath: $0).lastPathComponent })
            let present = try files.contentsOfDirectory(atPath: path)
            if let foreign = present.first(where: { !names.contains($0) }) {
                throw Failure.unusable(
                    path: path,
                    why:
                        "it is root's, and is not given to another user because of '\(foreign)' in it; use a folder of its own"
                )
            }
            // The tables have files of their own.
            for item in try files.subpathsOfDirectory(atPath: path).map({ "\(path)/\($0)" }) + [path] {
                try files.setAttributes(
                    [.ownerAccountID: NSNumber(value: user), .groupOwnerAccountID: NSNumber(value: group)],
                    ofItemAtPath: item)
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .unusable(path: path, why: error.localizedDescription)
        }
    }

    /// Lets a group look into the folder, where the control socket is, too.
    ///
    /// - Parameter group: the group's number.
    /// - Throws: `Failure.unusable` when this process may not.
    public func open(toGroup group: UInt32) throws(Failure) {
        do {
            try FileManager.default.setAttributes([.groupOwnerAccountID: NSNumber(value: group)], ofItemAtPath: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: path)
        } catch {
            throw .unusable(
                path: path,
                why:
                    "it can't be given to group \(group): \(error.localizedDescription); its user must be of that group"
            )
        }
    }

    /// Takes the folder for this process, for as long as the returned value lives.
    ///
    /// - Returns: the lock.
    /// - Throws: `Failure.inUse` while another supervisor has it.
    public func lock() throws(Failure) -> LockFile {
        do {
            switch try LockFile.acquire(lockFile) {
            case .acquired(let lock): return lock
            case .held(let process): throw Failure.inUse(path: path, by: process)
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .unusable(path: path, why: "\(error)")
        }
    }

    /// Whether a supervisor answers on the control socket.
    public var isAnswered: Bool { SocketFile.isAnswered(controlSocket) }
}
