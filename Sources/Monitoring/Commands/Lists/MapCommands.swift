import Configuration
import Model
import Proxy

/// The stats socket's commands about maps.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show map`, `add map` and their siblings; texts recorded from
///   2.6.12.
enum MapCommands {
    /// The commands.
    static let all = [show, get, add, set, delete, clear, prepare, commit]

    private static let show = Command(
        "show map", usage: "show map [@ver] [map]", summary: "report available maps or dump a map's contents"
    ) { arguments, _, context in
        let words = ListWords(arguments)
        let book = context.maps
        guard !words.list.isEmpty else {
            return .answer("# id (file) description\n" + (await book.maps).map(line).joined())
        }
        return await carryOut(words.list, book) { map throws(MapBook.Refusal) in
            let pairs = await book.pairs(of: map, version: words.version)
            let lines = pairs.map { "0x\(String($0.number, radix: 16)) \($0.entry.key) \($0.entry.value)\n" }
            return .answer(lines.joined())
        }
    }

    private static func line(_ map: MapBook.Map) -> String {
        let known = map.configuration
        let places = known.places.map { "by map at file '\($0.file)' line \($0.line)" }
        return
            "\(known.number) (\(known.name)) pattern loaded from file '\(known.name)' used "
            + "\(places.joined(separator: ", ")). curr_ver=\(map.pairs.version) next_ver=\(map.pairs.newest) "
            + "entry_cnt=\(map.pairs.count)\n"
    }

    private static let get = Command(
        "get map", usage: "get map <acl> <value>", summary: "report the keys and values matching a sample for a map"
    ) { arguments, _, context in
        guard !arguments[1].isEmpty else { return .refusal("Missing map identifier and/or key.") }
        let book = context.maps
        return await carryOut(arguments[0], book) { map throws(MapBook.Refusal) in
            let lines = await book.find(arguments[1], in: map).map { search, pair in
                let found = pair?.entry
                let shown = found.map { entry in
                    #"found=yes, idx=\#(search.method.index), key="\#(entry.key)", value="\#(entry.value)", "#
                        + #"type="\#(search.output.name(of: entry.value))""#
                }
                return "type=\(search.method.rawValue), case=sensitive, \(shown ?? "found=no")\n"
            }
            return .answer(lines.joined())
        }
    }

    private static let add = Command(
        "add map", usage: "add map [@<ver>] <map> <key> <val>",
        summary: "add a map entry (payload supported instead of key/val)", level: .operator
    ) { arguments, _, context in
        let words = ListWords(arguments)
        guard !words.list.isEmpty, arguments.payload != nil || words.rest.count > 1 else {
            return .refusal(
                "'add map' expects three parameters (map identifier, key and value) or one parameter (map identifier) "
                    + "and a payload")
        }
        return await change(words.list, context) { book, map throws(MapBook.Refusal) in
            let entries =
                if let payload = arguments.payload {
                    try entries(of: payload)
                } else {
                    [MapFile.Entry(key: words.rest[0], value: words.rest[1])]
                }
            return try await book.add(entries, to: map, version: words.version)
        }
    }

    /// A key and its value a line.
    private static func entries(of payload: String) throws(MapBook.Refusal) -> [MapFile.Entry] {
        var entries: [MapFile.Entry] = []
        for line in payload.split(separator: "\n") {
            let key = line.prefix { $0 != " " && $0 != "\t" }
            let value = line[key.endIndex...].drop { $0 == " " || $0 == "\t" }
            guard !value.isEmpty else { throw MapBook.Refusal(text: "Missing value for key '\(key)'.") }
            entries.append(MapFile.Entry(key: String(key), value: String(value)))
        }
        return entries
    }

    private static let set = Command(
        "set map", usage: "set map <map> [<key>|#<ref>] <value>", summary: "modify a map entry", level: .operator
    ) { arguments, _, context in
        guard !arguments[2].isEmpty else {
            return .refusal("'set map' expects three parameters: map identifier, key and value.")
        }
        return await change(arguments[0], context) { book, map throws(MapBook.Refusal) in
            try await book.set(arguments[1], to: arguments[2], in: map)
        }
    }

    private static let delete = Command(
        "del map", usage: "del map <map> [<key>|#<ref>]", summary: "delete map entries matching <key>",
        level: .operator
    ) { arguments, _, context in
        guard !arguments[1].isEmpty else {
            return .refusal("This command expects two parameters: map identifier and key.")
        }
        return await change(arguments[0], context) { book, map throws(MapBook.Refusal) in
            try await book.remove(arguments[1], from: map)
        }
    }

    private static let clear = Command(
        "clear map", usage: "clear map [@<ver>] <map>", summary: "clear the contents of this map", level: .operator
    ) { arguments, _, context in
        let words = ListWords(arguments)
        guard !words.list.isEmpty else { return .refusal("Missing map identifier.") }
        return await change(words.list, context) { book, map throws(MapBook.Refusal) in
            try await book.clear(map, version: words.version)
        }
    }

    private static let prepare = Command(
        "prepare map", usage: "prepare map <acl>", summary: "prepare a new version for atomic map replacement",
        level: .operator
    ) { arguments, _, context in
        let book = context.maps
        return await carryOut(arguments[0], book) { map throws(MapBook.Refusal) in
            .answer("New version created: \(await book.prepare(map))\n")
        }
    }

    private static let commit = Command(
        "commit map", usage: "commit map @<ver> <map>", summary: "commit the map at this version", level: .operator
    ) { arguments, _, context in
        let words = ListWords(arguments)
        guard let version = words.version else { return .refusal("Missing version number.") }
        guard !words.list.isEmpty else { return .refusal("Missing map identifier.") }
        return await change(words.list, context) { book, map throws(MapBook.Refusal) in
            try await book.commit(version, of: map)
        }
    }

    private static func carryOut(
        _ word: String, _ book: MapBook, _ body: (Int) async throws(MapBook.Refusal) -> Command.Outcome
    ) async -> Command.Outcome {
        do throws(MapBook.Refusal) {
            return try await body(try await book.index(of: word))
        } catch {
            return .refusal(error.text)
        }
    }

    /// Changes a map, and lets the worker go by it.
    private static func change(
        _ word: String, _ context: CommandContext,
        _ body: (MapBook, Int) async throws(MapBook.Refusal) -> MapBook.Tables
    ) async -> Command.Outcome {
        let book = context.maps
        return await carryOut(word, book) { map throws(MapBook.Refusal) in
            let tables = try await body(book, map)
            return await context.ask(.changeMaps(tables)) == nil ? CommandContext.notRunning : .done
        }
    }
}

extension MapSearch.Method {
    /// How HAProxy keeps such keys, as `get map` says it.
    fileprivate var index: String {
        switch self {
        case .str, .beg, .ip: "tree"
        case .sub, .dir, .dom, .end, .reg, .regm, .int: "list"
        }
    }
}

extension MapSearch.Output {
    /// What HAProxy calls the kind of a value, as `get map` says it.
    ///
    /// - Parameter value: the value.
    /// - Returns: the kind's name.
    fileprivate func name(of value: String) -> String {
        switch self {
        case .text: "str"
        case .integer: "sint"
        case .address: value.contains(":") ? "ipv6" : "ipv4"
        }
    }
}
