import Configuration
import EventLoop

/// One command of the stats socket.
struct Command: Sendable {
    /// Who gets to see and use it.
    enum Mode: Sendable {
        /// Everybody whose level is high enough.
        case always
        /// Only after `expert-mode on`.
        case expert
        /// Only after `experimental-mode on`.
        case experimental
    }

    /// What is said to a command.
    enum Outcome: Sendable {
        /// This, line feeds included.
        case answer(String)
        /// A sentence about what was ordered, which says how grave it is to those who want to know.
        case message(String, CommandSeverity)
        /// As many pieces as it takes, each written before the next one is made.
        case pieces(@Sendable (_ write: (String) async throws -> Void) async throws -> Void)
        /// Pieces as they come, until there are no more or the client says anything: then nobody waits for them.
        case news(@Sendable (_ write: (String) async throws -> Void, _ isOver: () -> Bool) async throws -> Void)
        /// Listening sockets, for a process that goes on with them; then the connection is that process's to end.
        case handsOver([PassedSocket])
        /// Nothing: the connection ends.
        case quits

        /// Why something was not done.
        ///
        /// - Parameter text: the sentence, without line feed.
        /// - Returns: the message.
        static func refusal(_ text: String) -> Outcome { .message(text + "\n", .error) }

        /// Done, and nothing is to be said about it.
        static let done = Outcome.answer("")
    }

    /// Carries it out: the words after its own and its payload, the connection, and everything else.
    typealias Body = @Sendable (CommandArguments, inout CommandSession, CommandContext) async -> Outcome

    /// The words that name it; whatever follows them are its arguments.
    let words: [String]
    /// How to write it and what it does, as `help` shows it; `nil` for those that it doesn't list.
    let help: (usage: String, summary: String)?
    /// The least level that may use it.
    let level: StatsSocketConfiguration.Level
    /// Who gets to see and use it.
    let mode: Mode
    /// Carries it out.
    let run: Body

    /// Makes a command.
    ///
    /// - Parameters:
    ///   - words: the words that name it, at most `longestName` of them.
    ///   - usage: how to write it; `nil` for those that `help` doesn't list.
    ///   - summary: what it does.
    ///   - level: the least level that may use it.
    ///   - mode: who gets to see and use it.
    ///   - run: carries it out.
    init(
        _ words: String, usage: String?, summary: String = "", level: StatsSocketConfiguration.Level = .user,
        mode: Mode = .always, run: @escaping Body
    ) {
        self.words = words.split(separator: " ").map(String.init)
        self.help = usage.map { ($0, summary) }
        self.level = level
        self.mode = mode
        self.run = run
    }

    /// Most words of a command's name.
    static let longestName = 5

    /// Its line in `help`, `nil` when it has none.
    var helpLine: String? {
        guard let help else { return nil }
        let column = 40
        let padding = String(repeating: " ", count: max(0, column - help.usage.count))
        return "  \(help.usage)\(padding): \(help.summary)\n"
    }

    /// Whether a connection has asked for the commands of its kind.
    ///
    /// - Parameter session: the connection.
    /// - Returns: whether it has.
    func isVisible(in session: CommandSession) -> Bool {
        switch mode {
        case .always: true
        case .expert: session.isExpert
        case .experimental: session.isExperimental
        }
    }
}

/// What follows a command's name.
struct CommandArguments: Sendable {
    private let words: ArraySlice<String>
    /// The lines after `<<`, each with its line feed; `nil` for a command without.
    let payload: String?

    /// Makes arguments.
    ///
    /// - Parameters:
    ///   - words: what follows the name.
    ///   - payload: the lines after `<<`.
    init(_ words: ArraySlice<String>, payload: String? = nil) {
        self.words = words
        self.payload = payload
    }

    /// The word at a position, empty when there is none: HAProxy doesn't tell the two apart.
    subscript(position: Int) -> String { position < words.count ? words[words.startIndex + position] : "" }

    /// All words.
    var all: [String] { Array(words) }

    /// How many words there are.
    var count: Int { words.count }
}
