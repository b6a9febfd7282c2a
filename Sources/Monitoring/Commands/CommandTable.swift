import Configuration

/// The commands that exist, and what is said about those that don't.
///
/// - Source: texts recorded from HAProxy 2.6.12.
struct CommandTable: Sendable {
    /// The commands, in the order of `help`.
    let commands: [Command]

    /// `help`, `prompt` and `quit`, which every list ends with.
    private let closing: [Command] = [
        Command("help", usage: "help [<command>]", summary: "list matching or all commands") {
            arguments, session, context in
            .message(context.table.help(for: arguments.all, in: session), .info)
        },
        Command("prompt", usage: "prompt", summary: "toggle interactive mode with prompt") { _, session, _ in
            session.hasPrompt.toggle()
            return .done
        },
        Command("quit", usage: "quit", summary: "disconnect") { _, _, _ in .quits },
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
    ///   - request: as the client wrote it.
    ///   - session: the client's connection.
    ///   - context: what the command may know and ask.
    /// - Returns: what is said to it.
    func run(_ request: CommandRequest, in session: inout CommandSession, _ context: CommandContext) async
        -> Command.Outcome
    {
        let candidates = (commands + closing).filter { request.words.starts(with: $0.words) }
        guard let command = candidates.max(by: { $0.words.count < $1.words.count }) else {
            return .message(unknown(request.words, in: session), .info)
        }
        switch command.mode {
        case .expert where !session.isExpert:
            return .refusal("This command is restricted to expert mode only.")
        case .experimental where !session.isExperimental:
            return .refusal("This command is restricted to experimental mode only.")
        case .always, .expert, .experimental: break
        }
        guard session.level >= command.level else { return .refusal("Permission denied") }
        let arguments = CommandArguments(request.words.dropFirst(command.words.count), payload: request.payload)
        return await command.run(arguments, &session, context)
    }

    private func unknown(_ words: [String], in session: CommandSession) -> String {
        guard !words.isEmpty else {
            return "Unknown command. Please enter one of the following commands only:\n" + list(visible(in: session))
        }
        return "Unknown command, but maybe one of the following ones is a better match:\n"
            + list(matches(for: words, in: session))
    }

    private func help(for words: [String], in session: CommandSession) -> String {
        let shown = words.isEmpty ? visible(in: session) : matches(for: words, in: session)
        return "The following commands are valid at this level:\n" + list(shown)
    }

    private func list(_ commands: [Command]) -> String { (commands + closing).compactMap(\.helpLine).joined() }

    private func visible(in session: CommandSession) -> [Command] { commands.filter { $0.isVisible(in: session) } }

    /// The commands that begin as somebody's words do; where those go on otherwise, the ones that are most alike.
    private func matches(for words: [String], in session: CommandSession) -> [Command] {
        let visible = visible(in: session)
        let known = visible.map { command in zip(command.words, words).prefix { $0 == $1 }.count }
        let longest = max(known.max() ?? 0, closing.contains { $0.words[0] == words[0] } ? 1 : 0)
        let beginning = zip(visible, known).filter { $1 == longest }.map(\.0)
        let rest = words[longest...].prefix(Command.longestName - longest)
        guard !rest.isEmpty else { return beginning }
        let wanted = WordShape(rest)
        let ranked = beginning.enumerated().compactMap { position, command -> (Int, Int)? in
            guard command.help != nil else { return nil }
            let shape = WordShape(command.words[longest...])
            let distance = wanted.distance(to: shape)
            return 2 * distance < 5 * (wanted.length + shape.length) ? (distance, position) : nil
        }
        let best = ranked.sorted { $0 < $1 }.prefix(Self.mostSuggestions)
        guard let nearest = best.first?.0 else { return beginning }
        return best.filter { 2 * $0.0 <= 5 * nearest }.map(\.1).sorted().map { beginning[$0] }
    }

    /// Most commands that are proposed in place of an unknown one.
    private static let mostSuggestions = 5
}
