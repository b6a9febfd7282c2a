import Model

/// Reads a whole file, line by line, and goes on after each mistake.
struct Parser {
    /// Sections of HAProxy that do not exist here.
    private static let unsupportedSections: Set<String> = [
        "cache", "crt-list", "fcgi-app", "http-errors", "log-forward", "mailers", "peers", "program", "resolvers",
        "ring",
        "userlist",
    ]

    private static let sections = ["global"] + SectionKind.allCases.map(\.rawValue)

    /// Which section the next line belongs to.
    private enum Place {
        /// None has begun.
        case outside
        case global
        /// The last of `defaults` or `proxies`.
        case proxy(ProxyDraft)
        /// One that was refused: its lines are not looked at.
        case skipped
    }

    private let source: SourceText
    private let environment: [String: String]

    private var place = Place.outside
    private var sectionName = ""
    private var hasReportedOutside = false

    /// The `global` section so far.
    private(set) var global: GlobalDraft
    /// The `defaults` sections that are complete.
    private var defaults: [ProxyDraft] = []
    /// The proxies that are complete.
    private(set) var proxies: [ProxyDraft] = []
    /// Everything found.
    private(set) var diagnostics: [Diagnostic] = []

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - source: its text.
    ///   - environment: the variables.
    ///   - hostName: this machine's name.
    init(_ source: SourceText, environment: [String: String], hostName: String) {
        self.source = source
        self.environment = environment
        global = GlobalDraft(hostName: hostName)
        diagnostics = source.diagnostics
        for line in source.lines {
            do {
                guard
                    let words = try Lexer.words(
                        of: line, file: source.file, section: sectionName, environment: environment)
                else { continue }
                read(words)
            } catch {
                diagnostics.append(error)
            }
        }
        closeSection()
    }

    private mutating func read(_ line: SourceLine) {
        var arguments = Arguments(line)
        for word in line.words where word.hasBareVariable && !isSkipping {
            arguments.add(
                word.warning(
                    "'\(word.text)' is taken as it stands: variables are replaced within double quotes only",
                    help: "write \"\(word.text)\", or single quotes around it if it is meant so"))
        }
        do {
            if try !beginSection(line, &arguments) { try readKeyword(&arguments) }
        } catch {
            arguments.add(error)
        }
        diagnostics += arguments.diagnostics
    }

    private mutating func readKeyword(_ arguments: inout Arguments) throws(Diagnostic) {
        if let first = arguments.peeked, first.text.hasPrefix("."), !isSkipping {
            throw first.error("conditions such as '\(first.text)' are not supported here", help: "remove the line")
        }
        switch place {
        case .skipped:
            return
        case .outside:
            // One message is enough for everything before the first section.
            guard !hasReportedOutside else { return }
            hasReportedOutside = true
            guard let word = arguments.next() else { return }
            throw word.error(
                "'\(word.text)' stands before the first section",
                help: Suggestion.closest(to: word.text, among: Self.sections).map { "did you mean '\($0)'?" }
                    ?? "begin with 'global', 'defaults' or 'listen'")
        case .global:
            try GlobalKeywords.read(&global, &arguments)
        case .proxy(var proxy):
            defer { place = .proxy(proxy) }
            try ProxyKeywords.read(&proxy, &arguments)
        }
    }

    // MARK: Sections

    /// Begins a section if the line is the head of one.
    ///
    /// - Returns: whether it is.
    private mutating func beginSection(
        _ line: SourceLine, _ arguments: inout Arguments
    ) throws(Diagnostic) -> Bool {
        let head = line.words[0]
        var name = head.text
        if let meant = misspeltSection(name), !isSkipping {
            arguments.add(head.error("unknown section '\(name)'", help: "did you mean '\(meant)'?"))
            name = meant
        }
        if name == "global" {
            closeSection()
            sectionName = "global"
            place = .global
            _ = arguments.next()
            try arguments.expectEnd(help: "'global' has no name")
            return true
        }
        if Self.unsupportedSections.contains(name) {
            closeSection()
            place = .skipped
            throw head.error(
                "section '\(name)' is not supported here", help: "remove it to run the file here; HAProxy has it")
        }
        guard let kind = SectionKind(rawValue: name) else { return false }
        closeSection()
        _ = arguments.next()
        var proxy = ProxyDraft(
            kind: kind, header: head,
            settings: kind == .defaults ? ProxySettings() : defaults.last?.settings ?? ProxySettings(), global: global)
        // Whatever is wrong with the head, the section's lines are read.
        defer {
            place = .proxy(proxy)
            sectionName = proxy.name.text
        }
        try readHead(of: &proxy, &arguments)
        return true
    }

    private var isSkipping: Bool {
        if case .skipped = place { true } else { false }
    }

    /// The section that a word means which is nothing here but one letter away from a section.
    ///
    /// Its lines are read as that section's, so that they don't look wrong where they would stand otherwise.
    private func misspeltSection(_ name: String) -> String? {
        guard !GlobalKeywords.table.knows(name), !ProxyKeywords.table.knows(name), !Self.sections.contains(name),
            let closest = Suggestion.closest(to: name, among: Self.sections),
            Suggestion.distance(from: name.lowercased(), to: closest) <= 1
        else { return nil }
        return closest
    }

    /// `[NAME] [from NAME]`, after the section's keyword.
    private func readHead(of proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        if proxy.kind == .defaults {
            if arguments.peeked?.text != "from", let name = arguments.next() { proxy.name = name }
        } else {
            proxy.name = try arguments.word("a name", example: "\(proxy.kind.rawValue) rabbitmq")
            try NameRule.check(proxy.name, of: "a proxy")
        }
        if arguments.take("from") {
            let example = "\(proxy.kind.rawValue) x from common"
            proxy.settings = try settings(of: try arguments.word("the name of a defaults section", example: example))
        }
        try arguments.expectEnd(help: proxy.kind == .defaults ? nil : "addresses belong on a 'bind' line")
    }

    /// The settings of the `defaults` section of a name.
    private func settings(of parent: Word) throws(Diagnostic) -> ProxySettings {
        let named = defaults.filter { $0.isNamed && $0.name.text == parent.text }
        guard let first = named.first else {
            let names = defaults.filter(\.isNamed).map(\.name.text)
            throw parent.error(
                "there is no defaults section '\(parent.text)' before this line",
                help: Suggestion.closest(to: parent.text, among: names).map { "did you mean '\($0)'?" }
                    ?? "write 'defaults \(parent.text)' above")
        }
        guard named.count == 1 else {
            throw parent.error(
                "there are \(named.count) defaults sections '\(parent.text)', the first in line \(first.header.location.line)",
                help: "give them names of their own")
        }
        return first.settings
    }

    private mutating func closeSection() {
        guard case .proxy(let proxy) = place else { return }
        if proxy.kind == .defaults {
            defaults.append(proxy)
        } else if proxy.isNamed {
            proxies.append(proxy)
        }
        place = .outside
    }
}
