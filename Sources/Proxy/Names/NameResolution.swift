import Configuration
import EventLoop

/// One name that the servers of a `resolvers` section are asked for: how far that is, what is known, and who wants to know.
///
/// Only the worker's thread touches it.
final class NameResolution {
    /// A server that wants the name's address.
    struct User: Hashable {
        /// The index of its backend.
        var backend: Int
        /// Its own index in that backend.
        var server: Int
    }

    /// The servers of one backend that share the places of a service.
    struct Team {
        /// The index of the backend.
        let backend: Int
        /// Their own indices in it.
        private(set) var servers: [Int]
        /// Which of them stands for which place, by position in `servers`.
        var assignment: ServiceAssignment

        /// Makes a team that stands for nothing yet.
        ///
        /// - Parameters:
        ///   - backend: the index of the backend.
        ///   - servers: their own indices in it.
        init(backend: Int, servers: [Int]) {
            self.backend = backend
            self.servers = servers
            assignment = ServiceAssignment(servers: servers.count)
        }

        /// Adds a server, before anything is known.
        ///
        /// - Parameter server: its index in the backend.
        mutating func add(_ server: Int) { self = Team(backend: backend, servers: servers + [server]) }
    }

    let name: String
    /// Which kind of address is asked for first; `nil` for a service.
    let preference: NameResolutionConfiguration.Preference?
    var lookup: NameLookup
    /// The next step of the look-up.
    var timer = TimerHandle.none
    /// The question that is under way, and what its answers are called.
    var question: NameQuestion
    var identifier: UInt16 = 0

    /// What is known, for an address.
    var addresses = SeenRecords<IPEndpoint, IPEndpoint>()
    var users: [User] = []
    /// What is known, for a service.
    var services = SeenRecords<ServiceAssignment.Place, NameAnswer.Service>()
    var teams: [Team] = []
    /// When an answer was good last, or the name was first asked for.
    var lastFound: MonotonicTime

    /// Makes a resolution that has not begun.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - preference: which kind of address is asked for first; `nil` for a service.
    ///   - section: the section.
    ///   - servers: how many name servers it has.
    ///   - now: what time it is.
    init(
        _ name: String, preference: NameResolutionConfiguration.Preference?, section: ResolversConfiguration,
        servers: Int, now: MonotonicTime
    ) {
        let kinds: [NameQuestion.Kind] =
            switch preference {
            case .ipv4: [.ipv4, .ipv6]
            case .ipv6: [.ipv6, .ipv4]
            case nil: [.service]
            }
        self.name = name
        self.preference = preference
        lookup = NameLookup(
            kinds: kinds, servers: servers, attempts: section.retries, retry: section.retryTimeout,
            rest: section.interval)
        question = NameQuestion(name: name, kind: kinds[0])
        lastFound = now
    }

    /// Whether nobody wants to know any more.
    var isIdle: Bool { users.isEmpty && teams.isEmpty }
}
