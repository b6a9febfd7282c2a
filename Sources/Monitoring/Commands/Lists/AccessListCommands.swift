import Model
import Configuration
import Proxy

/// The stats socket's commands about the patterns of access lists.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show acl`, `add acl` and their siblings; texts recorded from
///   2.6.12.
enum AccessListCommands {
    /// The commands.
    static let all = [show, get, add, delete, clear, prepare, commit]

    private static let show = Command(
        "show acl", usage: "show acl [@<ver>] <acl>]", summary: "report available acls or dump an acl's contents"
    ) { arguments, _, context in
        let words = ListWords(arguments)
        let book = context.accessLists
        guard !words.list.isEmpty else {
            let lists = await book.lists
            return .answer("# id (file) description\n" + lists.map(line).joined())
        }
        return await carryOut(words.list, book) { list throws(AccessListBook.Refusal) in
            let entries = await book.entries(of: list, version: words.version)
            return .answer(entries.map { "0x\(String($0.number, radix: 16)) \($0.text)\n" }.joined())
        }
    }

    private static func line(_ list: AccessListBook.List) -> String {
        let known = list.configuration
        let place = "file '\(known.location.file)' line \(known.location.line)"
        let description =
            known.file.map { "pattern loaded from file '\($0)' used by acl at \(place)" }
            ?? "acl '\(known.keyword)' \(place)"
        return
            "\(known.number) (\(known.file ?? "")) \(description). curr_ver=\(list.entries.version) next_ver=\(list.entries.newest) "
            + "entry_cnt=\(list.entries.count)\n"
    }

    private static let get = Command(
        "get acl", usage: "get acl <acl> <value>", summary: "report the patterns matching a sample for an ACL"
    ) { arguments, _, context in
        guard !arguments[1].isEmpty else { return .refusal("Missing ACL identifier and/or key.") }
        let book = context.accessLists
        return await carryOut(arguments[0], book) { list throws(AccessListBook.Refusal) in
            let entries = await book.entries(of: list, version: nil)
            let lines = await book.readings(of: list).map { reading in
                let found = entries.first { reading.finds($0.text, in: arguments[1]) }
                return "type=\(reading.methodName), case=\(reading.ignoresCase ? "in" : "")sensitive, "
                    + (found.map { #"match=yes, idx=\#(reading.index), pattern="\#($0.text)""# } ?? "match=no") + "\n"
            }
            return .answer(lines.joined())
        }
    }

    private static let add = Command(
        "add acl", usage: "add acl [@<ver>] <acl> <pattern>", summary: "add an acl entry", level: .operator
    ) { arguments, _, context in
        let words = ListWords(arguments)
        let texts = words.rest.prefix(1).map(\.self)
        guard !words.list.isEmpty, !texts.isEmpty else {
            return .refusal("'add acl' expects two parameters: ACL identifier and pattern.")
        }
        return await change(words.list, context) { book, list throws(AccessListBook.Refusal) in
            try await book.add(texts, to: list, version: words.version)
        }
    }

    private static let delete = Command(
        "del acl", usage: "del acl <acl> [<key>|#<ref>]", summary: "delete acl entries matching <key>",
        level: .operator
    ) { arguments, _, context in
        guard !arguments[1].isEmpty else {
            return .refusal("This command expects two parameters: ACL identifier and key.")
        }
        // HAProxy's words here are those of maps.
        return await change(
            arguments[0], context, unknown: "Unknown map identifier. Please use #<id> or <file>."
        ) { book, list throws(AccessListBook.Refusal) in
            try await book.remove(arguments[1], from: list)
        }
    }

    private static let clear = Command(
        "clear acl", usage: "clear acl [@<ver>] <acl>", summary: "clear the contents of this acl", level: .operator
    ) { arguments, _, context in
        let words = ListWords(arguments)
        guard !words.list.isEmpty else { return .refusal("Missing ACL identifier.") }
        return await change(words.list, context) { book, list throws(AccessListBook.Refusal) in
            try await book.clear(list, version: words.version)
        }
    }

    private static let prepare = Command(
        "prepare acl", usage: "prepare acl <acl>", summary: "prepare a new version for atomic ACL replacement",
        level: .operator
    ) { arguments, _, context in
        let book = context.accessLists
        return await carryOut(arguments[0], book) { list throws(AccessListBook.Refusal) in
            .answer("New version created: \(await book.prepare(list))\n")
        }
    }

    private static let commit = Command(
        "commit acl", usage: "commit acl @<ver> <acl>", summary: "commit the ACL at this version", level: .operator
    ) { arguments, _, context in
        let words = ListWords(arguments)
        guard let version = words.version else { return .refusal("Missing version number.") }
        return await change(words.list, context) { book, list throws(AccessListBook.Refusal) in
            try await book.commit(version, of: list)
        }
    }

    private static func carryOut(
        _ word: String, _ book: AccessListBook, unknown: String = AccessListBook.Refusal.unknownList.text,
        _ body: (Int) async throws(AccessListBook.Refusal) -> Command.Outcome
    ) async -> Command.Outcome {
        do throws(AccessListBook.Refusal) {
            return try await body(try await book.number(of: word))
        } catch {
            return .refusal(error == .unknownList ? unknown : error.text)
        }
    }

    /// Changes a list, and lets the worker go by it.
    private static func change(
        _ word: String, _ context: CommandContext, unknown: String = AccessListBook.Refusal.unknownList.text,
        _ body: (AccessListBook, Int) async throws(AccessListBook.Refusal) -> [Int: PatternMatch]
    ) async -> Command.Outcome {
        let book = context.accessLists
        return await carryOut(word, book, unknown: unknown) { list throws(AccessListBook.Refusal) in
            let matches = try await body(book, list)
            return await context.ask(.changePatterns(matches)) == nil ? CommandContext.notRunning : .done
        }
    }
}

extension PatternReading {
    /// How HAProxy keeps such patterns, as `get acl` says it.
    fileprivate var index: String {
        switch methodName {
        case "ip": "tree"
        case "str", "beg": ignoresCase ? "list" : "tree"
        default: "list"
        }
    }
}
