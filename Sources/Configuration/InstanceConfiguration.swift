import Model

/// One instance's configuration, valid by its type: names resolved, defaults filled in, nothing left to interpret.
public struct InstanceConfiguration: Sendable, Equatable {
    /// The instance's name: its file's stem.
    public var name: String
    /// The file it was read from, as given.
    public var file: String
    /// All files it was read from, in order; `file` is the first.
    public var files: [String]
    /// The `global` section.
    public var global: GlobalConfiguration
    /// All `listen`, `frontend` and `backend` sections in the order of the file.
    public var proxies: [ProxyConfiguration]
    /// All `resolvers` sections in the order of the file.
    public var resolvers: [ResolversConfiguration] = []
    /// All `userlist` sections in the order of the file.
    public var userlists: [UserlistConfiguration] = []
    /// What access lists look for, by the numbers of the lists.
    public var patternLists: [PatternList] = []
    /// The files that say what values of samples stand for (`map`).
    public var maps: [MapFile] = []
    /// All `ring` sections in the order of the file, then those that `tcp@` addresses have to themselves.
    public var rings: [LogRingConfiguration] = []
    /// All `peers` sections in the order of the file.
    public var peers: [PeersConfiguration] = []

    /// What was told of the file beside errors, in its order.
    public var notices: [Diagnostic] = []
    /// What `global` says about TLS, for servers that commands add.
    var tlsDefaults = TLSDefaults()

    /// The network namespaces that connections to servers are made in (`namespace`), by their names.
    public var connectedNamespaces: Set<String> { Set(proxies.flatMap(\.servers).compactMap(\.namespace)) }

    /// Whether something in it takes root's rights for as long as it runs: servers see foreign addresses, or are connected
    /// to from one interface.
    public var needsLastingPrivileges: Bool {
        proxies.contains { proxy in
            ([proxy.source] + proxy.servers.map(\.source)).contains { $0?.foreign != nil || $0?.interface != nil }
        }
    }

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - name: the instance's name.
    ///   - file: the file it came from.
    ///   - global: the `global` section.
    ///   - proxies: the proxies in the file's order.
    public init(
        name: String, file: String, global: GlobalConfiguration = GlobalConfiguration(),
        proxies: [ProxyConfiguration] = []
    ) {
        self.name = name
        self.file = file
        files = [file]
        self.global = global
        self.proxies = proxies
    }
}
