import Configuration
import Model

/// One command of the stats socket.
struct Command: Sendable {
    /// What a command does to its connection.
    enum Outcome: Sendable, Equatable {
        /// It says this, line feeds included.
        case answer(String)
        /// It switches between one command line and many with a prompt.
        case togglesPrompt
        /// It ends the connection.
        case quits
    }

    /// The words that name it; whatever follows them are its arguments.
    let words: [String]
    /// How to write it, for `help`.
    let usage: String
    /// What it does, for `help`.
    let summary: String
    /// The least level that may use it.
    let level: StatsSocketConfiguration.Level
    /// Carries it out.
    let run: @Sendable (_ arguments: ArraySlice<String>, CommandContext) async -> Outcome

    /// Its line in `help`.
    var helpLine: String {
        let column = 40
        let padding = String(repeating: " ", count: max(0, column - usage.count))
        return "  \(usage)\(padding): \(summary)\n"
    }
}

/// What commands may know and do.
struct CommandContext: Sendable {
    /// What this connection may do.
    var level: StatsSocketConfiguration.Level
    /// The process.
    var process: ProcessInformation
    /// All commands there are.
    var table: CommandTable
    /// The instance now, `nil` while nothing runs it.
    var snapshot: @Sendable () async -> InstanceSnapshot?
}

/// The commands that exist, and what is said about those that don't.
///
/// - Source: texts recorded from HAProxy 2.6.12.
struct CommandTable: Sendable {
    /// The commands that `help` lists first.
    let commands: [Command]

    /// `help`, `prompt` and `quit`, which every list ends with.
    private let closing: [Command] = [
        Command(
            words: ["help"], usage: "help [<command>]", summary: "list matching or all commands", level: .user
        ) { arguments, context in .answer(context.table.help(for: Array(arguments))) },
        Command(words: ["prompt"], usage: "prompt", summary: "toggle interactive mode with prompt", level: .user) {
            _, _ in .togglesPrompt
        },
        Command(words: ["quit"], usage: "quit", summary: "disconnect", level: .user) { _, _ in .quits },
    ]

    /// Makes a table.
    ///
    /// - Parameter commands: what there is beside `help`, `prompt` and `quit`.
    init(_ commands: [Command]) {
        self.commands = commands.sorted { $0.words.lexicographicallyPrecedes($1.words) }
    }

    /// Carries out one command.
    ///
    /// - Parameters:
    ///   - words: as the client wrote it.
    ///   - context: what it may know and do.
    /// - Returns: what it says.
    func run(_ words: [String], in context: CommandContext) async -> Command.Outcome {
        guard let command = (commands + closing).first(where: { words.starts(with: $0.words) }) else {
            return .answer(unknown(words))
        }
        guard context.level >= command.level else { return .answer("Permission denied\n") }
        return await command.run(words.dropFirst(command.words.count), context)
    }

    private func unknown(_ words: [String]) -> String {
        let similar = commands(similarTo: words)
        let beginning =
            similar.isEmpty
            ? "Unknown command. Please enter one of the following commands only:\n"
            : "Unknown command, but maybe one of the following ones is a better match:\n"
        return beginning + list(similar.isEmpty ? commands : similar)
    }

    private func help(for words: [String]) -> String {
        let matching = commands.filter { $0.words.starts(with: words) || words.starts(with: $0.words) }
        let isClosing = closing.contains { $0.words == words }
        let shown = !matching.isEmpty || isClosing ? matching : commands(similarTo: words)
        return "The following commands are valid at this level:\n" + list(shown)
    }

    private func list(_ commands: [Command]) -> String { (commands + closing).map(\.helpLine).joined() }

    /// The commands that somebody may have meant: of the same first word, or with words of which only few letters differ.
    private func commands(similarTo words: [String]) -> [Command] {
        guard let first = words.first else { return [] }
        let byWords = commands.filter { command in
            zip(command.words, words).allSatisfy { Self.areSimilar($0, $1) } && words.count >= command.words.count
        }
        return byWords.isEmpty ? commands.filter { Self.areSimilar($0.words[0], first) } : byWords
    }

    /// Whether so few letters differ that one may be a slip for the other.
    private static func areSimilar(_ word: String, _ written: String) -> Bool {
        guard written.utf8.count <= Suggestion.longestWord else { return false }
        return Suggestion.distance(from: word, to: written) <= max(1, word.count / 3)
    }
}
