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
        diagnostics = source.lineEndDiagnostics
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
        do {
            if try !beginSection(line, &arguments) { try readKeyword(&arguments) }
        } catch {
            arguments.add(error)
        }
        diagnostics += arguments.diagnostics
    }

    private mutating func readKeyword(_ arguments: inout Arguments) throws(Diagnostic) {
        if let first = arguments.peeked, first.text.hasPrefix(".") {
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
            if word.text.hasPrefix("\u{FEFF}") {
                throw word.error("the file begins with a byte order mark", help: "save it as UTF-8 without one")
            }
            throw word.error(
                "'\(word.text)' stands before the first section",
                help: Suggestion.closest(to: word.text, among: Self.sections).map { "did you mean '\($0)'?" }
                    ?? "begin with 'global', 'defaults' or 'listen'")
        case .global:
            try readGlobalKeyword(&arguments)
        case .proxy(var proxy):
            defer { place = .proxy(proxy) }
            do {
                try ProxyKeywords.read(&proxy, &arguments)
            } catch {
                throw sectionSuggestion(error, arguments) ?? error
            }
        }
    }

    /// A word that is unknown in a section may be a section's misspelt name.
    private func sectionSuggestion(_ error: Diagnostic, _ arguments: Arguments) -> Diagnostic? {
        guard error.location == arguments.start, error.help == nil || error.help?.hasPrefix("did you mean") == true,
            let closest = Suggestion.closest(to: arguments.first.text, among: Self.sections),
            Suggestion.distance(from: arguments.first.text.lowercased(), to: closest) == 1
        else { return nil }
        var error = error
        error.help = "did you mean '\(closest)'?"
        return error
    }

    private mutating func readGlobalKeyword(_ arguments: inout Arguments) throws(Diagnostic) {
        guard let word = arguments.next() else { return }
        if word.text.hasPrefix("tune.") { return try GlobalKeywords.readTuning(&arguments) }
        if word.text == "no" {
            let negated = try arguments.word("what to switch off", example: "no log")
            if negated.text == "log" {
                global.configuration.logTargets = []
                return try arguments.expectEnd()
            }
            guard GlobalKeywords.negatable.contains(negated.text) else {
                throw negated.error("'no \(negated.text)' does not exist", help: "remove the line")
            }
            _ = arguments.rest()
            return arguments.add(word.note("'no \(negated.text)' has no effect here"))
        }
        do {
            let keyword = try GlobalKeywords.table.find(word, place: "in 'global'") { name in
                ProxyKeywords.table.knows(name) ? "'\(name)' belongs in 'defaults' or a proxy" : nil
            }
            try keyword.read(&global, &arguments)
        } catch {
            throw sectionSuggestion(error, arguments) ?? error
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
        if head.text == "global" {
            closeSection()
            sectionName = "global"
            place = .global
            _ = arguments.next()
            try arguments.expectEnd(help: "'global' has no name")
            return true
        }
        if Self.unsupportedSections.contains(head.text) {
            closeSection()
            place = .skipped
            throw head.error(
                "section '\(head.text)' is not supported here", help: "remove the section, or run it in HAProxy")
        }
        guard let kind = SectionKind(rawValue: head.text) else { return false }
        closeSection()
        _ = arguments.next()
        // Whatever is wrong with the head, the section's lines are read.
        place = .proxy(ProxyDraft(kind: kind, name: head, header: head, settings: ProxySettings(), global: global))
        place = .proxy(try readHead(kind, head: head, &arguments))
        return true
    }

    /// `SECTION [NAME] [from NAME]`.
    private mutating func readHead(
        _ kind: SectionKind, head: Word, _ arguments: inout Arguments
    ) throws(Diagnostic) -> ProxyDraft {
        var name: Word?
        if kind == .defaults {
            if arguments.peeked?.text != "from" { name = arguments.next() }
        } else {
            name = try arguments.word("a name", example: "\(kind.rawValue) rabbitmq")
        }
        if let name {
            sectionName = name.text
        } else {
            sectionName = kind.rawValue
        }
        var proxy = ProxyDraft(
            kind: kind, name: name ?? head, header: head,
            settings: kind == .defaults ? ProxySettings() : defaults.last?.settings ?? ProxySettings(), global: global)
        place = .proxy(proxy)
        if let name, kind != .defaults { try NameRule.check(name, of: "a proxy") }
        if arguments.take("from") {
            let parent = try arguments.word("the name of a defaults section", example: "\(kind.rawValue) x from common")
            proxy.settings = try settings(of: parent)
            place = .proxy(proxy)
        }
        try arguments.expectEnd(help: kind == .defaults ? nil : "addresses belong on a 'bind' line")
        return proxy
    }

    /// The settings of the `defaults` section of a name.
    private func settings(of parent: Word) throws(Diagnostic) -> ProxySettings {
        let named = defaults.filter { $0.name.text == parent.text && $0.name.location != $0.header.location }
        guard let first = named.first else {
            let names = defaults.filter { $0.name.location != $0.header.location }.map(\.name.text)
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
        } else if proxy.name.location != proxy.header.location {
            proxies.append(proxy)
        }
        place = .outside
    }
}
