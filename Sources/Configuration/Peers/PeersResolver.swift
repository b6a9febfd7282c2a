import Model

/// Joins `peers` sections with the stick tables that name them.
struct PeersResolver {
    /// The sections, with the tables of each.
    private(set) var sections: [PeersConfiguration]
    /// What is wrong.
    private(set) var diagnostics: [Diagnostic] = []

    /// Joins them.
    ///
    /// - Parameters:
    ///   - drafts: the sections, as read.
    ///   - proxies: the proxies, as read.
    init(_ drafts: [PeersDraft], proxies: [ProxyDraft]) {
        sections = drafts.map(\.configuration)
        for section in sections where !section.isDisabled && !section.peers.isEmpty && !section.isActive {
            diagnostics.append(
                Diagnostic(
                    severity: .warning, location: section.location,
                    message: "peers '\(section.name)' are not used: none of them is '\(section.localName)', as this "
                        + "process is called",
                    help: "write 'localpeer NAME' in 'global', or a line 'peer \(section.localName) ADDRESS:PORT'"))
        }
        let names = sections.map(\.name)
        for (index, proxy) in proxies.enumerated() {
            guard let name = proxy.peersName else { continue }
            guard let section = names.firstIndex(of: name.text) else {
                diagnostics.append(
                    name.error(
                        "there are no peers '\(name.text)'",
                        help: Suggestion.closest(to: name.text, among: names).map { "did you mean '\($0)'?" }
                            ?? "add a section 'peers \(name.text)'"))
                continue
            }
            if sections[section].peers.isEmpty, !sections[section].isDisabled {
                diagnostics.append(
                    name.error(
                        "peers '\(name.text)' has no peers",
                        help:
                            "write 'peer \(sections[section].localName) ADDRESS:PORT' there, and a line for each other"
                    ))
            }
            sections[section].tables.append(index)
        }
    }
}

extension ProxyDraft {
    /// The section that its stick table names.
    fileprivate var peersName: Word? {
        guard let line = settings.rules.first(where: { $0.keyword.text == "stick-table" }),
            let position = line.words.firstIndex(where: { $0.text == "peers" }), position + 1 < line.words.count
        else { return nil }
        return line.words[position + 1]
    }
}
