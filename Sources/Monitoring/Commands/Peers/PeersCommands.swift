import Proxy

/// `show peers`: with whom stick tables are shared, and how far that is.
///
/// - Source: HAProxy 2.6 management guide, section 9.3, `show peers`; texts recorded from 2.6.12. What stands there for places
///   in memory is made of the numbers of sections, peers and tables here.
enum PeersCommands {
    /// The commands.
    static let all = [showPeers]

    private static let showPeers = Command(
        "show peers", usage: "show peers [dict|-] [section]",
        summary: "dump some information about all the peers or this peers section"
    ) { arguments, _, context in
        var words = Array(arguments.all)
        let hasNames = words.first == "dict"
        if hasNames || words.first == "-" { words.removeFirst() }
        let wanted = words.first ?? ""
        guard let sections = await context.ask(.peers) else { return CommandContext.notRunning }
        guard wanted.isEmpty || sections.contains(where: { $0.name == wanted }) else {
            return .answer("No such peers\n")
        }
        let texts = sections.enumerated().reversed()
            .filter { wanted.isEmpty || $0.element.name == wanted }
            .map { PeersText(section: $0.element, index: $0.offset, hasNames: hasNames).text }
        return .answer(texts.joined(separator: "\n"))
    }
}
