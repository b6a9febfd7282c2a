import Model

/// Finds the servers that other servers' `track` names.
///
/// - Source: HAProxy 2.6 configuration manual, section 5.2, `track`.
struct TrackResolver {
    private let drafts: [ProxyDraft]
    /// Everything found.
    private(set) var diagnostics: [Diagnostic] = []

    /// Prepares to resolve.
    ///
    /// - Parameter drafts: all proxies, as read.
    init(_ drafts: [ProxyDraft]) {
        self.drafts = drafts
    }

    /// Finds every tracked server; what can't be found has an error in `diagnostics`.
    ///
    /// - Parameter proxies: the proxies, in the order of the drafts, with all their servers.
    mutating func resolve(_ proxies: inout [ProxyConfiguration]) {
        for (index, draft) in drafts.enumerated() where draft.servers.count == proxies[index].servers.count {
            for (position, server) in draft.servers.enumerated() {
                guard let word = server.settings.track else { continue }
                if server.settings.isChecked || server.settings.agent.word != nil {
                    diagnostics.append(
                        word.error(
                            "server '\(server.name.text)' can't both be checked and track another",
                            help: server.settings.isChecked ? "remove 'check'" : "remove 'agent-check'"))
                    continue
                }
                proxies[index].servers[position].tracks = find(word, from: index, server.name.text)
            }
        }
        for (index, draft) in drafts.enumerated() where draft.servers.count == proxies[index].servers.count {
            for (position, server) in draft.servers.enumerated() {
                guard let word = server.settings.track, proxies[index].servers[position].tracks != nil else { continue }
                checkChain(from: ServerReference(proxy: index, server: position), at: word, in: proxies)
            }
        }
    }

    private mutating func find(_ word: Word, from index: Int, _ name: String) -> ServerReference? {
        let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let proxy =
            parts.count == 2
            ? drafts.firstIndex { $0.kind.hasBackend && $0.name.text == parts[0] } : index
        guard let proxy else {
            diagnostics.append(word.error("there is no backend '\(parts[0])' to track", help: "write 'BACKEND/SERVER'"))
            return nil
        }
        let wanted = parts[parts.count - 1]
        guard let server = drafts[proxy].servers.firstIndex(where: { $0.name.text == wanted }) else {
            let closest = Suggestion.closest(to: wanted, among: drafts[proxy].servers.map(\.name.text))
            diagnostics.append(
                word.error(
                    "there is no server '\(wanted)' in '\(drafts[proxy].name.text)' to track",
                    help: closest.map { "did you mean '\($0)'?" } ?? "name a server of that proxy"))
            return nil
        }
        return ServerReference(proxy: proxy, server: server)
    }

    /// A chain of tracking has to end at a server that is checked.
    private mutating func checkChain(from start: ServerReference, at word: Word, in proxies: [ProxyConfiguration]) {
        var visited: Set<ServerReference> = [start]
        var current = start
        while true {
            guard proxies[current.proxy].servers.indices.contains(current.server) else { return }
            let server = proxies[current.proxy].servers[current.server]
            guard let next = server.tracks else {
                guard server.check == nil, server.agent == nil else { return }
                diagnostics.append(
                    word.error(
                        "server '\(server.name)' is not checked, so there is nothing to track",
                        help: "add 'check' to it"))
                return
            }
            guard visited.insert(next).inserted else {
                diagnostics.append(word.error("'track' goes round in a circle", help: "track a server that is checked"))
                return
            }
            current = next
        }
    }
}
