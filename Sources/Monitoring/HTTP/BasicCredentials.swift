import Configuration
import EventLoop
import Foundation
import NIOPosix

/// A name and a password, as a client sends them.
///
/// - Source: RFC 7617.
struct BasicCredentials: Sendable, Equatable {
    /// The name.
    var user: String
    /// The password.
    var password: String

    /// Reads the header `authorization`; `nil` when it holds none.
    ///
    /// - Parameter header: its value.
    init?(_ header: String?) {
        let parts = (header ?? "").split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic", let given = Data(base64Encoded: String(parts[1])),
            let text = String(bytes: given, encoding: .utf8), let colon = text.firstIndex(of: ":")
        else { return nil }
        user = String(text[..<colon])
        password = String(text[text.index(after: colon)...])
    }
}

extension UserlistConfiguration {
    /// The groups of a client's user; `nil` unless it is one of its users, with the right password.
    ///
    /// Takes as long for a user whom it doesn't have as for one with the wrong password.
    ///
    /// - Parameter credentials: what the client sends.
    /// - Returns: the groups.
    func groups(of credentials: BasicCredentials) -> Set<String>? {
        guard let stranger = users.first else { return nil }
        let user = users.first { $0.name == credentials.user }
        let isRight = (user ?? stranger).password.matches(credentials.password)
        return isRight ? user?.groups : nil
    }
}

extension UserlistConfiguration.User.Password {
    /// Whether it is this one.
    fileprivate func matches(_ guess: String) -> Bool {
        switch self {
        case .plain(let secret): PasswordHash.isEqual(Array(secret.utf8), Array(guess.utf8))
        case .crypted(let hash): PasswordHash.matches(guess, hash)
        }
    }
}

extension Collection<UserlistConfiguration> where Self: Sendable {
    /// The groups of a client's user in each of the lists that have it with that password.
    ///
    /// - Parameter credentials: what the client sends, if anything.
    /// - Returns: the groups by the lists' names.
    /// - Throws: when the threads for it have been stopped.
    func groups(of credentials: BasicCredentials?) async throws -> [String: Set<String>] {
        guard let credentials, !isEmpty else { return [:] }
        // Hashes take their time, for which no loop and no task should stand still.
        return try await NIOThreadPool.singleton.runIfActive {
            self.reduce(into: [:]) { groups, list in groups[list.name] = list.groups(of: credentials) }
        }
    }
}
