/// What a check asks a broker in AMQP 0-9-1 (`option amqp-check`).
public struct AMQPCheck: Sendable, Hashable {
    /// Who logs in.
    public struct Login: Sendable, Hashable {
        /// The user.
        public var user: String
        /// The password, as its file has it.
        public var password: String
        /// The virtual host that is opened.
        public var virtualHost: String

        /// Makes a login.
        ///
        /// - Parameters:
        ///   - user: the user.
        ///   - password: the password.
        ///   - virtualHost: the virtual host that is opened.
        public init(user: String, password: String, virtualHost: String = "/") {
            self.user = user
            self.password = password
            self.virtualHost = virtualHost
        }
    }

    /// Who logs in; nobody when `nil`, and the broker only has to introduce itself.
    public var login: Login?
    /// Whether a message is published that no queue gets: a broker tells of its alarms only to those who publish.
    public var publishes: Bool

    /// Makes a check.
    ///
    /// - Parameters:
    ///   - login: who logs in, if anybody.
    ///   - publishes: whether a message is published; only after a login.
    public init(login: Login? = nil, publishes: Bool = false) {
        self.login = login
        self.publishes = publishes
    }
}
