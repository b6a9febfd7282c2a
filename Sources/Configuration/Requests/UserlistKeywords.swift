import Model

/// A `userlist` section, while its lines are being read.
struct UserlistDraft {
    /// What was said.
    var configuration: UserlistConfiguration
    /// Its groups, each with where it stands and the users that its own line names.
    var groups: [(name: String, users: [Word])] = []
    /// The groups that users' lines name.
    var memberships: [(user: String, group: Word)] = []

    /// Puts users into their groups.
    ///
    /// - Returns: the list.
    /// - Throws: that a name is not there.
    func resolved() throws(Diagnostic) -> UserlistConfiguration {
        var list = configuration
        for group in groups {
            for word in group.users { try list.add(word.text, to: group.name, at: word) }
        }
        for (user, group) in memberships {
            guard groups.contains(where: { $0.name == group.text }) else {
                throw group.error(
                    "there is no group '\(group.text)' in userlist '\(list.name)'",
                    help: Suggestion.closest(to: group.text, among: groups.map(\.name)).map { "did you mean '\($0)'?" }
                        ?? "add a line 'group \(group.text)'")
            }
            try list.add(user, to: group.text, at: group)
        }
        return list
    }
}

extension UserlistConfiguration {
    fileprivate mutating func add(_ user: String, to group: String, at word: Word) throws(Diagnostic) {
        guard let index = users.firstIndex(where: { $0.name == user }) else {
            throw word.error(
                "there is no user '\(user)' in userlist '\(name)'",
                help: Suggestion.closest(to: user, among: users.map(\.name)).map { "did you mean '\($0)'?" }
                    ?? "add a line such as 'user \(user) password …'")
        }
        users[index].groups.insert(group)
    }
}

/// Reads the lines of a `userlist` section.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.4.
enum UserlistKeywords {
    private static let table = KeywordTable<UserlistDraft>(
        "keyword of a userlist", [Keyword("group", read: readGroup), Keyword("user", read: readUser)])

    /// Reads a line.
    ///
    /// - Parameters:
    ///   - list: the section.
    ///   - arguments: the line.
    /// - Throws: what is wrong.
    static func read(_ list: inout UserlistDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let word = try arguments.word("a keyword", example: "user ada password $5$…")
        try table.find(word, place: "").read(&list, &arguments)
    }

    /// `group NAME [users A,B,…]`.
    private static func readGroup(_ list: inout UserlistDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let name = try arguments.word("a name", example: "group admins users ada,bob")
        guard !list.groups.contains(where: { $0.name == name.text }) else {
            _ = arguments.rest()
            arguments.add(
                name.warning(
                    "this line is ignored: there is a group '\(name.text)' already",
                    help: "name all of its users on one line"))
            return
        }
        var users: [Word] = []
        if !arguments.isEmpty {
            guard arguments.take("users") else {
                let word = arguments.next() ?? name
                throw word.error("'\(word.text)' is not 'users'", help: "write 'group \(name.text) users ada,bob'")
            }
            let names = try arguments.word("names", example: "group \(name.text) users ada,bob")
            users = names.text.split(separator: ",").map { names.saying(String($0)) }
            try arguments.expectEnd(help: "put commas between the names")
        }
        list.groups.append((name.text, users))
    }

    /// `user NAME password|insecure-password PASSWORD [groups A,B,…]`.
    private static func readUser(_ list: inout UserlistDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let example = "user ada password $5$…"
        let name = try arguments.word("a name", example: example)
        guard !list.configuration.users.contains(where: { $0.name == name.text }) else {
            _ = arguments.rest()
            arguments.add(
                name.warning(
                    "this line is ignored: there is a user '\(name.text)' already",
                    help: "give each user a name of their own"))
            return
        }
        var password: UserlistConfiguration.User.Password?
        while let word = arguments.next() {
            switch word.text {
            case "password": password = .crypted(try arguments.word("a crypted password", example: example).text)
            case "insecure-password":
                let text = try arguments.word("a password", example: "user ada insecure-password secret")
                password = .plain(text.text)
            case "groups":
                let names = try arguments.word("names", example: "user ada groups admins")
                for group in names.text.split(separator: ",") {
                    list.memberships.append((name.text, names.saying(String(group))))
                }
            default:
                throw word.error(
                    "unknown word '\(word.text)'", help: "known are password, insecure-password and groups")
            }
        }
        guard let password else {
            throw name.error("user '\(name.text)' has no password", help: "write '\(example)'")
        }
        list.configuration.users.append(UserlistConfiguration.User(name: name.text, password: password))
    }
}
