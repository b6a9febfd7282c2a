import Model

/// Reads a whole file, line by line, and goes on after each mistake.
struct Parser {
    /// Sections of HAProxy that do not exist here.
    private static let unsupportedSections: Set<String> = [
        "crt-list", "log-forward", "program",
    ]

    private static let sections =
        ["global", "peers", "resolvers", "ring", "userlist"] + SectionKind.allCases.map(\.rawValue)

    /// Which section the next line belongs to.
    private enum Place {
        /// None has begun.
        case outside
        case global
        /// The last of `defaults` or `proxies`.
        case proxy(ProxyDraft)
        case peers(PeersDraft)
        case resolvers(ResolversConfiguration)
        case ring(RingDraft)
        case userlist(UserlistDraft)
        /// One that was refused: its lines are not looked at.
        case skipped
    }

    /// What lines may name; `setenv` and its siblings change it for the lines after them.
    private var environment: [String: String]
    private var blocks = ConditionalBlocks()

    private var place = Place.outside
    private var sectionName = ""
    private var hasReportedOutside = false

    /// The `global` section so far.
    private(set) var global: GlobalDraft
    /// The `defaults` sections that are complete.
    private var defaults: [ProxyDraft] = []
    /// The proxies that are complete.
    private(set) var proxies: [ProxyDraft] = []
    /// The `resolvers` sections that are complete.
    private(set) var resolvers: [ResolversConfiguration] = []
    /// The `ring` sections that are complete.
    private(set) var rings: [RingDraft] = []
    /// The `peers` sections that are complete.
    private(set) var peers: [PeersDraft] = []
    /// The `userlist` sections that are complete.
    private(set) var userlists: [UserlistConfiguration] = []
    /// The lines that count, section heads included: not those of branches that aren't taken.
    private(set) var lines: [SourceLine] = []
    /// Everything found.
    private(set) var diagnostics: [Diagnostic] = []

    /// Reads files as if they were one; each begins outside every section.
    ///
    /// - Parameters:
    ///   - sources: their texts.
    ///   - environment: the variables.
    ///   - hostName: this machine's name.
    init(_ sources: [SourceText], environment: [String: String], hostName: String) {
        self.environment = environment
        global = GlobalDraft(hostName: hostName)
        global.orderedPeer = environment["HAPROXY_LOCALPEER"].flatMap { $0 == hostName ? nil : $0 }
        for source in sources { read(source) }
    }

    private mutating func read(_ source: SourceText) {
        diagnostics += source.diagnostics
        hasReportedOutside = false
        sectionName = ""
        for line in source.lines {
            do {
                guard
                    let words = try Lexer.words(
                        of: line, file: source.file, section: sectionName, environment: environment)
                else { continue }
                read(words)
            } catch  where !blocks.isReading {
                // Whatever stands in a branch that is not taken is not looked at.
                continue
            } catch {
                diagnostics.append(error)
            }
        }
        closeSection()
        if let open = blocks.open {
            diagnostics.append(open.error("this '.if' is never ended", help: "write '.endif' where it ends"))
            blocks = ConditionalBlocks()
        }
    }

    private mutating func read(_ line: SourceLine) {
        var arguments = Arguments(line, environment: environment)
        do {
            if try !readDirective(&arguments), blocks.isReading {
                lines.append(line)
                if try !beginSection(line, &arguments) { try readKeyword(&arguments) }
            }
        } catch {
            arguments.add(error)
        }
        guard blocks.isReading || !arguments.diagnostics.isEmpty else { return }
        for word in line.words
        where word.hasBareVariable && !isSkipping && !isUserlist && !arguments.expanded.contains(word) {
            arguments.add(
                word.warning(
                    "'\(word.text)' is taken as it stands: variables are replaced in addresses and within double quotes",
                    help: "write \"\(word.text)\", or single quotes around it if it is meant so"))
        }
        for word in line.words where word.hasForeignBytes && !isSkipping {
            arguments.add(
                word.warning(
                    "bytes of this word are not UTF-8, and are replaced by U+FFFD", help: "save the file as UTF-8"))
        }
        diagnostics += arguments.diagnostics
    }

    private mutating func readKeyword(_ arguments: inout Arguments) throws(Diagnostic) {
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
            if try !EnvironmentKeywords.read(&environment, &arguments) {
                try GlobalKeywords.read(&global, &arguments)
                if let name = global.localPeer { environment["HAPROXY_LOCALPEER"] = name }
            }
        case .peers(var section):
            defer { place = .peers(section) }
            try PeersKeywords.read(&section, &arguments)
        case .resolvers(var section):
            defer { place = .resolvers(section) }
            try ResolversKeywords.read(&section, &arguments)
        case .ring(var ring):
            defer { place = .ring(ring) }
            try RingKeywords.read(&ring, &arguments)
        case .userlist(var list):
            defer { place = .userlist(list) }
            try UserlistKeywords.read(&list, &arguments)
        case .proxy(var proxy):
            defer { place = .proxy(proxy) }
            try ProxyKeywords.read(&proxy, &arguments)
        }
    }

    // MARK: Directives

    /// Reads a line that begins with a dot, if it is one.
    ///
    /// - Returns: whether it is.
    private mutating func readDirective(_ arguments: inout Arguments) throws(Diagnostic) -> Bool {
        guard let word = arguments.peeked, word.text.hasPrefix("."), !isSkipping || !blocks.isReading else {
            return false
        }
        _ = arguments.next()
        switch word.text {
        case ".if":
            // Nobody looks at the condition of a block within one that is skipped.
            let condition = blocks.isReading ? condition(&arguments) : false
            try blocks.begin(word, condition: condition)
        case ".elif":
            let condition = blocks.isWaiting ? condition(&arguments) : false
            try blocks.turn(word, condition: condition, isLast: false)
        case ".else":
            try blocks.turn(word, condition: true, isLast: true)
            try arguments.expectEnd()
        case ".endif":
            try blocks.end(word)
            try arguments.expectEnd()
        case _ where !blocks.isReading:
            break
        case ".alert", ".diag", ".notice", ".warning":
            try tell(word, &arguments)
        default:
            throw word.error(
                "unknown directive '\(word.text)'",
                help: "known are .if, .elif, .else, .endif, .alert, .diag, .notice and .warning")
        }
        return true
    }

    /// The value of a condition; a wrong one is an error and counts as false.
    private func condition(_ arguments: inout Arguments) -> Bool {
        guard let first = arguments.peeked else { return false }
        let text = arguments.rest().map(\.text).joined(separator: " ")
        do {
            return try Condition.evaluate(text, Condition.Facts(environment: environment))
        } catch {
            arguments.add(first.error("wrong condition: \(error)", help: "write one such as 'defined(NAME)'"))
            return false
        }
    }

    /// `.notice`, `.warning`, `.alert`: the file's own words; `.diag` is for HAProxy's diagnostic mode, and silent here.
    private func tell(_ word: Word, _ arguments: inout Arguments) throws(Diagnostic) {
        let text = try arguments.word("a message in quotes", example: "\(word.text) \"look here\"").text
        try arguments.expectEnd(help: "put quotes around the message")
        switch word.text {
        case ".alert": throw word.error(Diagnostic.fileSays + text)
        case ".warning": arguments.add(word.warning(Diagnostic.fileSays + text))
        case ".notice": arguments.add(word.note(Diagnostic.fileSays + text))
        default: return
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
        if name == "resolvers" {
            closeSection()
            place = .skipped
            _ = arguments.next()
            try beginResolvers(&arguments, head: head)
            return true
        }
        if name == "peers" {
            closeSection()
            place = .skipped
            _ = arguments.next()
            try beginPeers(&arguments, head: head)
            return true
        }
        if name == "ring" {
            closeSection()
            place = .skipped
            _ = arguments.next()
            try beginRing(&arguments)
            return true
        }
        if name == "userlist" {
            closeSection()
            place = .skipped
            _ = arguments.next()
            try beginUserlist(&arguments, head: head)
            return true
        }
        if let reason = KnownKeywords.idleSections[name] {
            closeSection()
            place = .skipped
            arguments.add(head.warning("section '\(name)' has no effect here: \(reason)"))
            return true
        }
        if Self.unsupportedSections.contains(name) {
            closeSection()
            place = .skipped
            let remedy = "remove it to run the file here"
            throw head.error(
                "section '\(name)' is not supported here",
                help: KnownKeywords.missingSections[name].map { "\($0); \(remedy)" } ?? "\(remedy); HAProxy has it")
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

    private mutating func beginResolvers(_ arguments: inout Arguments, head: Word) throws(Diagnostic) {
        let name = try arguments.word("a name", example: "resolvers dns")
        sectionName = name.text
        place = .resolvers(ResolversConfiguration(name: name.text, location: head.location))
        try NameRule.check(name, of: "a resolvers section")
        try arguments.expectEnd()
        if let first = resolvers.first(where: { $0.name == name.text }) {
            throw name.error(
                "there are resolvers '\(name.text)' in line \(first.location.line) already",
                help: "give them another name")
        }
    }

    private mutating func beginPeers(_ arguments: inout Arguments, head: Word) throws(Diagnostic) {
        let name = try arguments.word("a name", example: "peers tables")
        sectionName = name.text
        global.hasPeers = true
        place = .peers(
            PeersDraft(
                name: name, localName: global.orderedPeer ?? global.localPeer ?? global.hostName, head: head))
        try NameRule.check(name, of: "a peers section")
        try arguments.expectEnd()
        if let first = peers.first(where: { $0.configuration.name == name.text }) {
            throw name.error(
                "there are peers '\(name.text)' in line \(first.configuration.location.line) already",
                help: "give them another name")
        }
    }

    private mutating func beginRing(_ arguments: inout Arguments) throws(Diagnostic) {
        let name = try arguments.word("a name", example: "ring collector")
        sectionName = name.text
        place = .ring(RingDraft(name: name))
        try NameRule.check(name, of: "a ring")
        try arguments.expectEnd(help: "what it is for belongs on a 'description' line")
        if let first = rings.first(where: { $0.name.text == name.text }) {
            throw name.error(
                "there is a ring '\(name.text)' in line \(first.name.location.line) already",
                help: "give it another name"
            )
        }
    }

    private mutating func beginUserlist(_ arguments: inout Arguments, head: Word) throws(Diagnostic) {
        let name = try arguments.word("a name", example: "userlist admins")
        sectionName = name.text
        try NameRule.check(name, of: "a userlist")
        try arguments.expectEnd()
        if let first = userlists.first(where: { $0.name == name.text }) {
            arguments.add(
                name.warning(
                    "this userlist is ignored: there is a '\(name.text)' in line \(first.location.line) already",
                    help: "give it another name"))
            return
        }
        place = .userlist(
            UserlistDraft(configuration: UserlistConfiguration(name: name.text, location: head.location)))
    }

    /// Crypted passwords are full of dollar signs.
    private var isUserlist: Bool {
        if case .userlist = place { true } else { false }
    }

    private var isSkipping: Bool {
        if case .skipped = place { true } else { false }
    }

    /// The section that a word means which is nothing here but one letter away from a section.
    ///
    /// Its lines are read as that section's, so that they don't look wrong where they would stand otherwise.
    private func misspeltSection(_ name: String) -> String? {
        guard !GlobalKeywords.table.knows(name), !ProxyKeywords.table.knows(name), !PeersKeywords.table.knows(name),
            !Self.sections.contains(name),
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
        try HistoricKeywords.readInlineBind(&proxy, &arguments)
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
        if case .resolvers(let section) = place { resolvers.append(section) }
        if case .ring(let ring) = place { rings.append(ring) }
        if case .peers(let section) = place {
            peers.append(section)
            proxies += section.proxies(global)
        }
        if case .userlist(let list) = place { close(list) }
        defer { place = .outside }
        guard case .proxy(let proxy) = place else { return }
        if proxy.kind == .defaults {
            defaults.append(proxy)
        } else if proxy.isNamed {
            proxies.append(proxy)
        }
    }

    private mutating func close(_ list: UserlistDraft) {
        do throws(Diagnostic) {
            userlists.append(try list.resolved())
        } catch {
            diagnostics.append(error)
            // So that those who name it aren't wrong as well.
            userlists.append(list.configuration)
        }
    }
}
