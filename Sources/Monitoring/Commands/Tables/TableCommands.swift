import Configuration
import Proxy

/// The stats socket's commands about stick tables.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show table`, `set table`, `clear table`; texts recorded from
///   2.6.12. Unlike there, a command that is refused has changed nothing, `set table NAME` alone empties no table, and
///   whoever may not change a table may not empty it either.
enum TableCommands {
    /// The commands.
    static let all = [showTable, setTable, clearTable]

    /// Up to so many entries are sorted by their keys; those of larger tables are written as they are found.
    static let mostSorted = 100_000

    private static let showTable = Command(
        "show table", usage: "show table <table> [<filter>]*",
        summary: "report table usage stats or dump this table's contents (filter: data/key)"
    ) { arguments, _, context in
        guard !arguments[0].isEmpty else { return await list(context) }
        return await carryOut(arguments, context) { (table) throws(TableWords.Mistake) -> Selection in
            switch arguments[1] {
            case "": return .entries([])
            case "key": return .key(try key(arguments, of: table, verb: "Showing"))
            case let word where word.hasPrefix("data."):
                return .entries(try TableWords.filters(Array(arguments.all.dropFirst()), of: table.columns, after: 3))
            default:
                throw TableWords.Mistake(
                    text: #"Optional argument only supports "data.<store_data_type>" <operator> <value> and key <key>"#)
            }
        } do: { table, selection in
            switch selection {
            case .key(let key):
                guard let page = await context.ask(.tableEntry(of: table.proxy, key)) ?? nil else {
                    return CommandContext.notRunning
                }
                guard let entry = page.entries.first else { return .done }
                return .answer(table.header(used: page.used) + table.line(of: entry))
            case .entries(let filters): return .pieces { try await show(table, filters, context, write: $0) }
            }
        }
    }

    private static let setTable = Command(
        "set table", usage: "set table <table> key <k> [data.* <v>]*",
        summary: "update or create a table entry's data", level: .operator
    ) { arguments, _, context in
        let help = "Required arguments: <table> key <key> [data.<store_data_type> <value>]*"
        guard !arguments[0].isEmpty else { return .refusal(help) }
        return await carryOut(arguments, context) { (table) throws(TableWords.Mistake) -> Values in
            if arguments[1].hasPrefix("data.") {
                throw TableWords.Mistake(
                    text: #"content-based lookup is only supported with the "show" and "clear" actions"#)
            }
            guard arguments[1] == "key" else { throw TableWords.Mistake(text: help) }
            return Values(
                key: try key(arguments, of: table, verb: "Inserting"),
                values: try TableWords.values(Array(arguments.all.dropFirst(3)), of: table.columns))
        } do: { table, change in
            outcome(of: await context.ask(.setTableEntry(of: table.proxy, change.key, change.values)))
        }
    }

    private static let clearTable = Command(
        "clear table", usage: "clear table <table> [<filter>]*",
        summary: "remove an entry from a table (filter: data/key)", level: .operator
    ) { arguments, _, context in
        let help = #"Required arguments: <table> "data.<store_data_type>" <operator> <value> or <table> key <key>"#
        guard !arguments[0].isEmpty else { return .refusal(help) }
        return await carryOut(arguments, context) { (table) throws(TableWords.Mistake) -> Selection in
            switch arguments[1] {
            case "": return .entries([])
            case "key": return .key(try key(arguments, of: table, verb: "Removing"))
            case let word where word.hasPrefix("data."):
                return .entries(try TableWords.filters(Array(arguments.all.dropFirst()), of: table.columns, after: 3))
            default: throw TableWords.Mistake(text: help)
            }
        } do: { table, selection in
            switch selection {
            case .key(let key): return outcome(of: await context.ask(.removeTableEntry(of: table.proxy, key)))
            case .entries(let filters):
                var slot: Int? = 0
                while let first = slot {
                    guard let page = await context.ask(.clearTable(of: table.proxy, from: first, filters)) ?? nil else {
                        return CommandContext.notRunning
                    }
                    slot = page.next
                }
                return .done
            }
        }
    }

    /// Which entries a command is about.
    private enum Selection: Sendable {
        case key(TableKey)
        /// Those that every filter accepts.
        case entries([TableFilter])
    }

    /// What is to be set, of which entry.
    private struct Values: Sendable {
        var key: TableKey
        var values: [(column: TableColumn, number: Int64)]
    }

    /// Finds the table, reads the rest, and carries the command out.
    private static func carryOut<Wanted: Sendable>(
        _ arguments: CommandArguments, _ context: CommandContext,
        read: (NamedTable) throws(TableWords.Mistake) -> Wanted,
        do body: (NamedTable, Wanted) async -> Command.Outcome
    ) async -> Command.Outcome {
        guard let table = NamedTable.all(in: context.configuration).first(where: { $0.name == arguments[0] }) else {
            return .refusal("No such table")
        }
        let wanted: Wanted
        do throws(TableWords.Mistake) {
            wanted = try read(table)
        } catch {
            return .refusal(error.text)
        }
        return await body(table, wanted)
    }

    private static func key(
        _ arguments: CommandArguments, of table: NamedTable, verb: String
    ) throws(TableWords.Mistake) -> TableKey {
        guard !arguments[2].isEmpty else { throw TableWords.Mistake(text: "Key value expected") }
        if case .bytes = table.configuration.keyKind {
            let end = verb == "Inserting" ? "into" : "from"
            throw TableWords.Mistake(
                text: "\(verb) keys \(end) tables of type other than ip, ipv6, string and integer is not supported")
        }
        guard let key = TableKey(arguments[2], in: table.configuration) else {
            throw TableWords.Mistake(text: "Invalid key")
        }
        return key
    }

    private static func outcome(of change: TableChange?) -> Command.Outcome {
        switch change {
        case .done: .done
        case .inUse: .refusal("Entry currently in use, cannot remove")
        case .full: .refusal("Unable to allocate a new entry")
        case .noTable, nil: CommandContext.notRunning
        }
    }

    private static func list(_ context: CommandContext) async -> Command.Outcome {
        var text = ""
        for table in NamedTable.all(in: context.configuration) {
            // Its first page says how many there are.
            guard let page = await context.ask(.tableEntries(of: table.proxy, from: 0, [])) ?? nil else {
                return CommandContext.notRunning
            }
            text += table.header(used: page.used)
        }
        return .answer(text)
    }

    private static func show(
        _ table: NamedTable, _ filters: [TableFilter], _ context: CommandContext,
        write: (String) async throws -> Void
    ) async throws {
        var slot: Int? = 0
        var sorted: [TableEntrySnapshot] = []
        var isFirst = true
        while let first = slot {
            // A worker that has ended meanwhile has no entries left.
            guard let page = await context.ask(.tableEntries(of: table.proxy, from: first, filters)) ?? nil else {
                return
            }
            if isFirst { try await write(table.header(used: page.used)) }
            isFirst = false
            slot = page.next
            if page.used <= mostSorted {
                sorted += page.entries
            } else if !page.entries.isEmpty {
                try await write(page.entries.map(table.line).joined())
            }
        }
        let lines = sorted.map { (order: $0.key.order, line: table.line(of: $0)) }
            .sorted { $0.order.lexicographicallyPrecedes($1.order) }
        if !lines.isEmpty { try await write(lines.map(\.line).joined()) }
    }
}
