/// Whom a process becomes that runs several instances: the user and the group that their files name.
///
/// There is one of each at the most. A file that names nobody goes along with the others.
public struct CommonOwner: Sendable, Equatable {
    /// The user; `nil` when no file names one.
    public var user: ProcessConfiguration.NamedAccount?
    /// The group; `nil` when no file names one.
    public var group: ProcessConfiguration.NamedAccount?

    /// Takes what the first of the files says that says anything.
    ///
    /// - Parameter instances: the instances, which agree (`check`).
    public init(of instances: [InstanceConfiguration]) {
        user = instances.lazy.compactMap(\.global.process.user).first
        group = instances.lazy.compactMap(\.global.process.group).first
    }

    /// Looks across files for those that don't agree.
    ///
    /// A name and a number count as different: only the system knows better, and that of the machine where it runs.
    ///
    /// - Parameter instances: the files' contents.
    /// - Returns: an error for each file that names another user or another group than the first one.
    static func check(across instances: [InstanceConfiguration]) -> [Diagnostic] {
        disagreements(instances, "user", \.global.process.user)
            + disagreements(instances, "group", \.global.process.group)
    }

    private static func disagreements(
        _ instances: [InstanceConfiguration], _ kind: String,
        _ account: (InstanceConfiguration) -> ProcessConfiguration.NamedAccount?
    ) -> [Diagnostic] {
        let named = instances.compactMap { instance in account(instance).map { (instance, $0) } }
        guard let (owner, first) = named.first else { return [] }
        return named.dropFirst().filter { $0.1.account != first.account }.map { _, other in
            let place = "\(first.location.file):\(first.location.line)"
            return Diagnostic(
                severity: .error, location: other.location,
                message:
                    "\(kind) \(other.account.text) here, and \(first.account.text) in instance '\(owner.name)' (\(place)): "
                    + "all instances run in one process",
                help: "name the same \(kind) everywhere, or in one file alone")
        }
    }
}

extension AccountReference {
    fileprivate var text: String {
        switch self {
        case .name(let name): "'\(name)'"
        case .id(let number): "\(number)"
        }
    }
}
