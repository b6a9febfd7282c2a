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
    /// Whether the page may change things (`stats admin if TRUE`).
    public var allowsAdministration = false

    /// Makes a page with HAProxy's defaults.
    public init() {}
}
