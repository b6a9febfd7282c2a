/// The statistics page that a proxy serves.
public struct StatsConfiguration: Sendable, Equatable {
    /// A user who may see the page.
    public struct User: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The password as written in the file.
        public var password: String

        /// Makes a user.
        ///
        /// - Parameters:
        ///   - name: the name.
        ///   - password: the password.
        public init(name: String, password: String) {
            self.name = name
            self.password = password
        }
    }

    /// The path's beginning under which the page answers.
    public var uri = "/haproxy?stats"
    /// How often a browser is told to load the page again.
    public var refresh: Duration?
    /// Who may see it; everyone when empty.
    public var users: [User] = []
    /// The realm in the question for a password.
    public var realm = "HAProxy Statistics"
    /// Whether the version is hidden.
    public var hidesVersion = false
    /// The node's name as the page shows it; `nil` hides it.
    public var node: String?
    /// The description as the page shows it; `nil` hides it.
    public var description: String?
    /// Whether the page explains its fields (`show-legends`).
    public var showsLegends = false
    /// Whether the page shows what single protocols count (`show-modules`).
    public var showsModules = false
    /// The only proxies that are shown (`scope`); all when empty.
    public var scopes: [String] = []
    /// Who may see it by conditions (`stats http-request`): the first rule that holds decides, before `users` are asked.
    public var rules: [RequestRule] = []
    /// When the page may change something: when one of these holds (`stats admin`).
    public var administration: [RequestCondition] = []

    /// Makes a page with HAProxy's defaults.
    public init() {}
}
