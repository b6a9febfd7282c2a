/// The lines of a file by their sections, for rules that have to say which line something comes from.
struct LintOutline {
    /// One section.
    private struct Section {
        let head: SourceLine
        var lines: [SourceLine] = []

        var kind: String { head.words[0].text }
        /// The name of the `defaults` section that it names.
        var parent: String? {
            guard let from = head.words.firstIndex(where: { $0.text == "from" }) else { return nil }
            return head.words.dropFirst(from + 1).first?.text
        }
        var name: String? { head.words.count > 1 && head.words[1].text != "from" ? head.words[1].text : nil }
    }

    private static let heads: Set<String> = [
        "global", "defaults", "listen", "frontend", "backend", "resolvers", "userlist", "peers", "cache", "mailers",
    ]

    private var sections: [Section] = []

    /// Sorts lines into sections.
    ///
    /// - Parameter lines: the lines that count.
    init(_ lines: [SourceLine]) {
        for line in lines {
            if Self.heads.contains(line.words[0].text) {
                sections.append(Section(head: line))
            } else if !sections.isEmpty {
                sections[sections.count - 1].lines.append(line)
            }
        }
    }

    /// The last line that says something for a proxy: its own, or one of its `defaults`.
    ///
    /// - Parameters:
    ///   - words: what the line begins with.
    ///   - proxy: the proxy.
    /// - Returns: the line; `nil` where none says it.
    func line(_ words: [String], of proxy: ProxyConfiguration) -> SourceLine? {
        guard let index = sections.firstIndex(where: { $0.head.words[0].location == proxy.location }) else {
            return nil
        }
        var next: Int? = index
        // Each step goes up in the file, so that there is an end.
        while let place = next {
            let section = sections[place]
            if let line = section.lines.last(where: { $0.words.map(\.text).starts(with: words) }) { return line }
            let above = sections[..<place]
            if let parent = section.parent {
                next = above.lastIndex { $0.kind == "defaults" && $0.name == parent }
            } else {
                next = section.kind == "defaults" ? nil : above.lastIndex { $0.kind == "defaults" }
            }
        }
        return nil
    }

    /// The last line of `global` that says something.
    ///
    /// - Parameter word: what the line begins with.
    /// - Returns: the line; `nil` where none says it.
    func globalLine(_ word: String) -> SourceLine? {
        sections.filter { $0.kind == "global" }.flatMap(\.lines).last { $0.words[0].text == word }
    }
}
