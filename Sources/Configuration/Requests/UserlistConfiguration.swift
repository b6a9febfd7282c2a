/// One `userlist` section: who may see or change something, by name and password.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.4.
public struct UserlistConfiguration: Sendable, Equatable {
    /// A user.
    public struct User: Sendable, Equatable {
        /// The password in the file.
        public enum Password: Sendable, Equatable {
            /// As it is (`insecure-password`).
            case plain(String)
            /// As crypt(3) has it (`password`).
            case crypted(String)
        }

        /// The name.
        public var name: String
        /// The password.
        public var password: Password
        /// The groups that the user is in.
        public var groups: Set<String> = []

        /// Makes a user without groups.
        ///
        /// - Parameters:
        ///   - name: the name.
        ///   - password: the password.
        public init(name: String, password: Password) {
            self.name = name
            self.password = password
        }
    }

    /// Its name.
    public var name: String
    /// Its users.
    public var users: [User] = []
    /// Where the section begins.
    public var location: SourceLocation

    /// Makes a list without users.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - location: where the section begins.
    public init(name: String, location: SourceLocation) {
        self.name = name
        self.location = location
    }
}
