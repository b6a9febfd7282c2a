import Configuration
import Model

/// The stats socket's commands that show the statistics.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show stat` and `show info`; texts recorded from 2.6.12.
enum StatisticsCommands {
    /// The rows of the table.
    static let all = [showInfo, showStat]

    private static let showInfo = Command(
        "show info", usage: "show info [desc|json|typed|float]*",
        summary: "report information about the running process"
    ) { _, _, context in
        guard let snapshot = await context.snapshot() else { return CommandContext.notRunning }
        return .answer(context.process.fields(of: snapshot).map { "\($0.name): \($0.value)\n" }.joined())
    }

    private static let showStat = Command(
        "show stat", usage: "show stat [desc|json|no-maint|typed|up]*",
        summary: "report counters for each proxy and server"
    ) { arguments, _, context in
        guard let snapshot = await context.snapshot() else { return CommandContext.notRunning }
        guard let selection = selection(arguments.all, in: snapshot) else { return .refusal("No such proxy.") }
        let style = StatisticsStyle(countsServers: selection.countsServers)
        return .answer(StatisticsCSV.text(of: StatisticsRow.rows(of: snapshot, selection), style: style))
    }

    /// Reads `[{<iid>|<proxy>} <type> <sid>] [up] [no-maint]`; anything else is passed over, as HAProxy does.
    ///
    /// - Returns: `nil` when there is no such proxy; a number that no proxy has selects nothing.
    private static func selection(_ arguments: [String], in snapshot: InstanceSnapshot) -> StatisticsSelection? {
        var selection = StatisticsSelection()
        var options = arguments[...]
        if arguments.count >= 3 {
            let number = leadingNumber(arguments[0])
            guard let id = number != 0 ? number : snapshot.proxies.first(where: { $0.name == arguments[0] })?.id else {
                return nil
            }
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
        return selection
    }

    /// The number that a word begins with, 0 without one.
    private static func leadingNumber(_ word: String) -> Int {
        let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == "-") }
        return Int(digits) ?? 0
    }
}
