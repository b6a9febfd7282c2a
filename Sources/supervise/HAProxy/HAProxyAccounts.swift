import Configuration
import EventLoop

/// Who the process becomes once it listens: the numbers of the user and the group that the files name.
struct HAProxyAccounts: Sendable, Equatable {
    /// The user's number; `nil` to stay who it is.
    var user: UInt32?
    /// The group's number; `nil` to stay in its group.
    var group: UInt32?

    /// Looks them up.
    ///
    /// - Parameter process: what the files say of the process.
    /// - Throws: the names that the system doesn't know, each as an error at its place.
    init(_ process: ProcessConfiguration) throws(Unknown) {
        var unknown: [Diagnostic] = []
        user = process.user.flatMap { Self.number(of: $0, "user", Account.userID, &unknown) }
        group = process.group.flatMap { Self.number(of: $0, "group", Account.groupID, &unknown) }
        if !unknown.isEmpty { throw Unknown(diagnostics: unknown) }
    }

    /// Names that the system doesn't know.
    struct Unknown: Error, Sendable {
        let diagnostics: [Diagnostic]
    }

    private static func number(
        of named: ProcessConfiguration.NamedAccount, _ kind: String, _ lookUp: (String) -> UInt32?,
        _ unknown: inout [Diagnostic]
    ) -> UInt32? {
        switch named.account {
        case .id(let number): return number
        case .name(let name):
            if let number = lookUp(name) { return number }
            unknown.append(
                Diagnostic(
                    severity: .error, location: named.location, message: "cannot find \(kind) id for '\(name)'"))
            return nil
        }
    }
}
