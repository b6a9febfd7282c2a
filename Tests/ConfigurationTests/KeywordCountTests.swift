import Foundation
import Testing

@testable import Configuration

/// The keywords that real files use, by how many use them: each is known at its place, where the list is there.
@Suite("Keywords in use")
struct KeywordCountTests {
    private static let list = Folder.instances.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/reference/keywords.tsv")

    /// Files have these by mistake: HAProxy refuses them there, too.
    private static let mistakes: Set<String> = ["backup", "rise"]

    /// Whether a keyword is read at its place: it works, is taken with a note, or is an error that says why not.
    ///
    /// - Returns: `nil` for what is no keyword: the names of sections, and the forms of addresses.
    private static func isKnown(_ keyword: String, group: String, section: String) -> Bool? {
        let words = keyword.split(separator: " ").map(String.init)
        guard let first = words.first else { return nil }
        switch (section, group) {
        case (_, "section"), (_, "bind form"), (_, "server form"): return nil
        case (_, "stats socket param"): return BindKeywords.statsSocketTable.knows(first)
        case ("global", _): return GlobalKeywords.table.knows(first) || first.hasPrefix("tune.")
        case ("resolvers", _): return ResolversKeywords.table.knows(first)
        case (_, "option"): return words.count > 1 && OptionKeywords.table.knows(words[1])
        case (_, "server param"), (_, "default-server param"): return ServerKeywords.table.knows(first)
        case (_, "bind param"): return words.last.map { BindKeywords.table.knows($0) }
        // All others are lines of a proxy, sorted by their first word.
        default: return ProxyKeywords.table.knows(first)
        }
    }

    @Test("each keyword is known at its place")
    func known() throws {
        guard FileManager.default.fileExists(atPath: Self.list.path()) else {
            print("skipped: there is no file \(Self.list.path())")
            return
        }
        let text = String(decoding: try Data(contentsOf: Self.list), as: UTF8.self)
        var count = 0
        var others = 0
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            try #require(fields.count > 3, "\(line)")
            guard !Self.mistakes.contains(fields[2]),
                let isKnown = Self.isKnown(fields[2], group: fields[1], section: fields[0])
            else {
                others += 1
                continue
            }
            count += 1
            #expect(isKnown, "\(fields[0]), \(fields[1]): \(fields[2])")
        }
        #expect(count > 400)
        #expect(others < 50, "no keyword is passed over")
    }
}
