import Configuration
import EventLoop
import Supervision

/// What `up` does first when root starts it and its files name a user or a group: it becomes these.
///
/// All of it happens while there is one thread (`Privileges`). Everything after it is done with that user's rights: files are read
/// and Unix sockets made as they will be at a reload, when there is no root any more. Of root's rights one is kept, to listen below
/// port 1024.
struct RootStart {
    private let owner: CommonOwner
    private let directory: StateDirectory

    /// Gives up what is to be given up.
    ///
    /// A command line or a configuration that `up` will refuse is left to it. The guardian stays root: it starts the supervisor
    /// again with every right that its start needs, reads no file and serves nobody.
    ///
    /// - Parameter environment: the process's environment.
    /// - Throws: a `Diagnostic` about the files, `StateDirectory.Failure`, or `CommandFailure` when the system refuses.
    static func giveUpRights(_ environment: [String: String]) throws {
        // What is wrong with the command line is told where commands are run.
        guard Account.isRoot, let up = (try? Supervise.parseAsRoot()) as? Up,
            !up.guardian || GuardianHandover.isPresent(in: environment) || !Guardianship.isInstalled,
            let files = try? InstanceFolder(path: up.instances).files()
        else { return }
        let parsed = files.map { ConfigurationReader.read(file: $0, environment: environment) }
        let instances = parsed.compactMap(\.configuration)
        let across = ConfigurationReader.crossCheck(instances)
        guard instances.count == files.count, !across.contains(where: { $0.severity == .error }) else { return }
        let start = RootStart(owner: CommonOwner(of: instances), directory: try up.state.directory())
        try start.becomeOwner(for: instances)
    }

    private func becomeOwner(for instances: [InstanceConfiguration]) throws {
        let group = try owner.group.map { try Self.number(of: $0, "group", Account.groupID) }
        guard let named = owner.user else {
            if let group { try Self.granted { () throws(SystemError) in try Privileges.become(group: group) } }
            return
        }
        let user = try Self.user(named)
        guard user.number != 0 else { return }
        if let needy = instances.first(where: \.needsLastingPrivileges) {
            throw Diagnostic(
                severity: .error, location: named.location,
                message:
                    "instance '\(needy.name)' needs root's rights for as long as it runs ('source … usesrc|interface'), which "
                    + "user '\(user.name)' has not",
                help: "leave 'user' out, or run that instance under a supervisor of its own")
        }
        try directory.make()
        try directory.give(toUser: user.number, group: group ?? user.group)
        try Self.granted { () throws(SystemError) in try Privileges.becomeKeepingPorts(user, group: group) }
    }

    private static func user(_ named: ProcessConfiguration.NamedAccount) throws -> Account.User {
        let number = try number(of: named, "user", Account.userID)
        if let user = Account.user(numbered: number) { return user }
        throw unknown(named, "user \(number)")
    }

    private static func number(
        of named: ProcessConfiguration.NamedAccount, _ kind: String, _ lookUp: (String) -> UInt32?
    ) throws -> UInt32 {
        switch named.account {
        case .id(let number): return number
        case .name(let name):
            if let number = lookUp(name) { return number }
            throw unknown(named, "\(kind) '\(name)'")
        }
    }

    private static func unknown(_ named: ProcessConfiguration.NamedAccount, _ whom: String) -> Diagnostic {
        Diagnostic(
            severity: .error, location: named.location, message: "this system has no \(whom)",
            help: "add it (adduser --system --group NAME), or name another one")
    }

    private static func granted(_ change: () throws(SystemError) -> Void) throws {
        do throws(SystemError) {
            try change()
        } catch {
            throw CommandFailure(.failed, "root's rights can't be given up: \(error)")
        }
    }
}
