import Configuration
import Model
import Proxy

/// `show events`: what is kept in rings, and in the history.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; texts recorded from 2.6.12.
enum EventCommands {
    /// The commands.
    static let all = [showEvents]

    /// The sink of events that is no ring: what was recorded of the instance.
    private static let history = "history"
    /// How often a ring is looked at for new lines.
    private static let pause = Duration.milliseconds(100)

    private static let showEvents = Command(
        "show events", usage: "show events [<sink>] [-w] [-n]", summary: "show event sink state"
    ) { arguments, session, context in
        guard !arguments[0].isEmpty else { return await list(context) }
        let name = arguments[0]
        let ring = context.configuration.rings.first { $0.name == name }
        guard ring != nil || name == history else { return .message("No such event sink", .error) }
        guard session.level >= .operator else { return .refusal("Permission denied") }
        guard let options = Options(arguments.all.dropFirst()) else { return .message("unknown option", .error) }
        guard ring != nil else {
            guard options == Options() else {
                return .refusal("This sink is shown as far as it goes, without -w and -n.")
            }
            return await HistoryCommands.events(of: context)
        }
        return .news { write, isOver in
            try await show(name, options, context, write: write, isOver: isOver)
        }
    }

    /// What stands after a ring's name.
    struct Options: Equatable {
        /// Whether to wait for new lines once the old ones are shown.
        var waits = false
        /// Whether the old lines are left out.
        var onlyNew = false

        /// None.
        init() {}

        /// Reads them: `-w`, `-n`, or both in one word; `nil` where something else stands there.
        ///
        /// - Parameter words: the words.
        init?(_ words: some Sequence<String>) {
            for word in words {
                guard word.hasPrefix("-") else { return nil }
                for letter in word.dropFirst() {
                    switch letter {
                    case "w", "W": waits = true
                    case "n", "N": onlyNew = true
                    default: return nil
                    }
                }
            }
        }
    }

    private static func list(_ context: CommandContext) async -> Command.Outcome {
        var sinks = [
            LogRingSnapshot(
                name: history, description: "what was recorded of this instance",
                dropped: await context.control.historyLoad?.dropped ?? 0)
        ]
        sinks += await context.ask(.rings) ?? []
        let lines = sinks.map { sink in
            let padding = String(repeating: " ", count: max(0, 10 - sink.name.count))
            return "    \(sink.name)\(padding) : type=buffer, \(sink.dropped) dropped, \(sink.description)\n"
        }
        return .answer(
            "Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n" + lines.joined())
    }

    /// Writes a ring's lines; one that waits ends with its client's patience or its instance's worker.
    private static func show(
        _ name: String, _ options: Options, _ context: CommandContext, write: (String) async throws -> Void,
        isOver: () -> Bool
    ) async throws {
        var position: Int? = options.onlyNew ? nil : 0
        while true {
            guard let page = await context.ask(.lines(ofRing: name, from: position)) ?? nil else { return }
            position = page.next
            if !page.bytes.isEmpty { try await write(String(decoding: page.bytes, as: UTF8.self)) }
            if page.hasMore { continue }
            guard options.waits, !isOver() else { return }
            try await Task.sleep(for: pause)
        }
    }
}
