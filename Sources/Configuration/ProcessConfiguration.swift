/// What `global` says of the process itself.
///
/// It holds where the files have a process of their own, as under HAProxy's command line; where one supervisor runs all
/// instances, the supervisor decides, but for user and group (`CommonOwner`).
public struct ProcessConfiguration: Sendable, Equatable {
    /// A master that watches over the process that has the traffic (`master-worker`).
    public struct Master: Sendable, Equatable {
        /// Whether the end of the newest worker by a failure ends them all (`no-exit-on-failure` takes it back).
        public var endsWithFailedWorker: Bool

        /// Makes one.
        ///
        /// - Parameter endsWithFailedWorker: whether the end of the newest worker by a failure ends them all.
        public init(endsWithFailedWorker: Bool = true) { self.endsWithFailedWorker = endsWithFailedWorker }
    }

    /// A user or a group, and where it is named.
    public struct NamedAccount: Sendable, Equatable {
        /// Who.
        public var account: AccountReference
        /// Where the file says it.
        public var location: SourceLocation
    }

    /// Whether it runs in the background (`daemon`).
    public var isDaemon = false
    /// Whether there is a master beside it, and how that behaves.
    public var master: Master?
    /// How many reloads a worker of the master may outlive (`mworker-max-reloads`); `nil` is as many as there are.
    public var mostReloads: Int?
    /// Where its number is written (`pidfile`).
    public var pidFile: String?
    /// The user that it becomes once it listens (`user`, `uid`).
    public var user: NamedAccount?
    /// The group that it becomes once it listens (`group`, `gid`).
    public var group: NamedAccount?
    /// The folder that is its root once it listens (`chroot`).
    public var root: String?
    /// How many descriptors it may have (`ulimit-n`); `nil` is as many as the system lets it have.
    public var descriptorLimit: Int?
    /// How long sessions may go on after a soft stop or, under a supervisor, a reload (`hard-stop-after`); `nil` is for as long as they like.
    public var hardStopAfter: Duration?
    /// For how long it still accepts when a soft stop is ordered (`grace`).
    public var grace = Duration.zero
    /// Whether a warning keeps it from starting (`zero-warning`).
    public var failsOnWarnings = false
    /// Whether a limit that it cannot have keeps it from starting (`no strict-limits` takes it back).
    public var isStrictAboutLimits = true
    /// Whether its listening addresses may be shared with a successor (`noreuseport` takes it back).
    public var sharesAddresses = true

    /// Makes a section that says nothing.
    public init() {}
}
