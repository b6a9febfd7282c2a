import Configuration
import EventLoop
import Foundation
import Model
import NIOPosix
import Synchronization

/// A file of the dashboard's users that cannot be used.
public struct DashboardUsersError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, where, and what to do.
    public let description: String
}

/// Who may change something through the dashboard: the names and passwords of `--dashboard-password-file`.
///
/// Callable from every task.
public final class DashboardUsers: Sendable {
    /// The most users of a file.
    private static let mostUsers = 1000
    /// How many answers are remembered, so that a hash, which is made to take time, is not made for each page.
    private static let mostRemembered = 64
    /// How long somebody waits whose password was wrong.
    private static let penalty = Duration.milliseconds(500)

    private let list: UserlistConfiguration
    /// What a form has to bring along, which a page of another site cannot know.
    let token: String
    // Owner: the mutex; used by the tasks of requests. Headers that were right.
    private let remembered = Mutex<[String: String]>([:])

    /// Takes users.
    ///
    /// - Parameter users: who they are.
    init(_ users: [UserlistConfiguration.User]) {
        var list = UserlistConfiguration(
            name: "dashboard", location: SourceLocation(file: "", line: 1, column: 1))
        list.users = users
        self.list = list
        var random = SystemRandomNumberGenerator()
        token = (0..<4).map { _ in String(random.next(), radix: 16) }.joined()
    }

    /// Reads a file: a line `NAME:PASSWORD` for each user; empty lines, and those that begin with `#`, don't count.
    ///
    /// A password that begins with `$` is one that crypt(3) made, as `mkpasswd` prints it.
    ///
    /// - Parameter file: the file, which nobody but its owner and its group may read.
    /// - Throws: `DashboardUsersError` that says what is wrong with it.
    public convenience init(file: String) throws(DashboardUsersError) {
        let text: String
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            let mode = attributes[.posixPermissions] as? Int ?? 0
            guard mode & 0o007 == 0 else {
                throw DashboardUsersError(
                    description: "\(file): everybody may read these passwords\n  help: chmod 600 \(file)")
            }
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch let error as DashboardUsersError {
            throw error
        } catch {
            throw DashboardUsersError(
                description: "\(file): the passwords cannot be read: \((error as NSError).localizedDescription)")
        }
        self.init(try Self.users(in: text, of: file))
    }

    /// The users that a file names.
    static func users(
        in text: String, of file: String
    ) throws(DashboardUsersError) -> [UserlistConfiguration.User] {
        var users: [UserlistConfiguration.User] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            guard !line.allSatisfy(\.isWhitespace), !line.hasPrefix("#") else { continue }
            func wrong(_ what: String, _ help: String) -> DashboardUsersError {
                DashboardUsersError(description: "\(file):\(index + 1):1: error: \(what)\n  help: \(help)")
            }
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
                throw wrong("there is no name before a colon", "write NAME:PASSWORD")
            }
            let (name, password) = (String(line[..<colon]), String(line[line.index(after: colon)...]))
            guard !password.isEmpty else { throw wrong("'\(name)' has no password", "write \(name):PASSWORD") }
            guard !users.contains(where: { $0.name == name }) else {
                throw wrong("'\(name)' is there twice", "leave one of the lines out")
            }
            guard users.count < mostUsers else { throw wrong("there are too many users", "\(mostUsers) are the most") }
            users.append(.init(name: name, password: password.hasPrefix("$") ? .crypted(password) : .plain(password)))
        }
        guard !users.isEmpty else {
            throw DashboardUsersError(
                description: "\(file): there is no user in it\n  help: write a line NAME:PASSWORD for each")
        }
        return users
    }

    /// Who sends a request.
    ///
    /// - Parameter header: its `Authorization`.
    /// - Returns: the user's name; `nil` for none, and for a wrong password, after a while.
    /// - Throws: when the threads for it have been stopped.
    func user(_ header: String?) async throws -> String? {
        guard let header, let credentials = BasicCredentials(header) else { return nil }
        if let name = remembered.withLock({ $0[header] }) { return name }
        guard try await [list].groups(of: credentials)[list.name] != nil else {
            // Guessing takes its time, whoever else asks meanwhile.
            try await Task.sleep(for: Self.penalty)
            return nil
        }
        remembered.withLock { remembered in
            if remembered.count >= Self.mostRemembered { remembered.removeAll() }
            remembered[header] = credentials.user
        }
        return credentials.user
    }

    /// Whether a form comes from one of this process's pages.
    func isToken(_ guess: String) -> Bool { PasswordHash.isEqual(Array(token.utf8), Array(guess.utf8)) }
}
