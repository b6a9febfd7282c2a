import Configuration
import Model

/// The stats socket's commands that show the statistics.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show stat` and `show info`; texts recorded from 2.6.12.
enum StatisticsCommands {
    /// The rows of the table.
    static let all = [showInfo, showStat, showSchema]

    private static let showInfo = Command(
        "show info", usage: "show info [desc|json|typed|float]*",
        summary: "report information about the running process"
    ) { arguments, _, context in
        guard let snapshot = await context.snapshot() else { return CommandContext.notRunning }
        let words = Set(arguments.all)
        let isFractional = words.contains("float")
        let fields = context.process.fields(
            of: snapshot, isFractional: isFractional, peers: await context.ask(.peers) ?? [])
        let information = TypedInformation(
            fields: fields, isFractional: isFractional, isDescribed: words.contains("desc"))
        // Of several formats, the last one counts.
        switch arguments.all.last(where: { $0 == "typed" || $0 == "json" }) {
        case "typed": return .answer(information.typed)
        case "json": return .answer(information.json)
        default: return .answer(information.plain)
        }
    }

    private static let showStat = Command(
        "show stat", usage: "show stat [desc|json|no-maint|typed|up]*",
        summary: "report counters for each proxy and server"
    ) { arguments, session, context in
        var words = arguments.all[...]
        if words.first == "domain" {
            switch arguments[1] {
            case "proxy": words = words.dropFirst(2)
            case "resolvers": return await resolvers(Array(words.dropFirst(2)), context)
            default: return .refusal("Invalid statistics domain.")
            }
        }
        guard let snapshot = await context.snapshot() else { return CommandContext.notRunning }
        guard let (selection, options) = selection(Array(words), in: snapshot, context.configuration) else {
            return .refusal("No such proxy.")
        }
        let style = StatisticsStyle(
            showsLegends: session.socketLevel >= .operator, countsServers: selection.countsServers)
        let typed = TypedStatistics(style: style, isDescribed: options.contains("desc"))
        let format = options.last { $0 == "typed" || $0 == "json" }
        if format == "json" { return .answer(typed.json(of: StatisticsRow.rows(of: snapshot, selection))) }
        // A proxy at a time, since a table of thousands of servers is long.
        return .pieces { write in
            if format == nil { try await write(StatisticsCSV.header) }
            for proxy in snapshot.proxies where selection.includes(proxy) {
                let rows = StatisticsRow.rows(of: proxy, selection)
                let lines = rows.map { format == nil ? StatisticsCSV.line(of: $0, style: style) : typed.lines(of: $0) }
                if !lines.isEmpty { try await write(lines.joined()) }
            }
        }
    }

    /// `show stat domain resolvers`, whose other words choose nothing.
    private static func resolvers(_ words: [String], _ context: CommandContext) async -> Command.Outcome {
        guard let sections = await context.resolvers() else { return CommandContext.notRunning }
        let table = ResolversStatistics(sections: sections, isDescribed: words.contains("desc"))
        switch words.last(where: { $0 == "typed" || $0 == "json" }) {
        case "typed": return .answer(table.typed)
        case "json": return .answer(table.json)
        default: return .answer(table.csv)
        }
    }

    private static let showSchema = Command(
        "show schema json", usage: "show schema json", summary: "report schema used for stats"
    ) { _, _, _ in .answer(StatisticsSchema.text) }

    /// Reads `[{<iid>|<proxy>} <type> <sid>] [up] [no-maint]`; anything else is passed over, as HAProxy does.
    ///
    /// - Returns: the selection and the words after it; `nil` when there is no such proxy. A number that no proxy has, and
    ///   a proxy that is switched off, select nothing.
    private static func selection(
        _ arguments: [String], in snapshot: InstanceSnapshot, _ configuration: InstanceConfiguration
    ) -> (selection: StatisticsSelection, options: ArraySlice<String>)? {
        var selection = StatisticsSelection()
        var options = arguments[...]
        if arguments.count >= 3 {
            let number = leadingNumber(arguments[0])
            let named =
                snapshot.proxies.first { $0.name == arguments[0] }?.id ?? configuration.proxy(named: arguments[0])?.id
            guard let id = number != 0 ? number : named else { return nil }
            let (kinds, server) = (leadingNumber(arguments[1]), leadingNumber(arguments[2]))
            selection.proxyID = id > 0 ? id : nil
            selection.kinds = StatisticsSelection.Kinds(rawValue: kinds)
            selection.serverID = server >= 0 ? server : nil
            options = arguments.dropFirst(3)
        }
        for option in options {
            switch option {
            case "up": selection.hidesDown = true
            case "no-maint": selection.hidesMaintenance = true
            default: break
            }
        }
        return (selection, options)
    }

    /// The number that a word begins with, 0 without one.
    private static func leadingNumber(_ word: String) -> Int {
        let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == "-") }
        return Int(digits) ?? 0
    }
}
