import Model

/// Collects the rings of a file, and finds the names that are none.
struct RingResolver {
    /// The sections in the file's order, then the rings that addresses have to themselves.
    private(set) var rings: [LogRingConfiguration]
    /// What is wrong.
    private(set) var diagnostics: [Diagnostic] = []

    /// Collects them.
    ///
    /// - Parameters:
    ///   - sections: the `ring` sections.
    ///   - uses: what `global` and the proxies have to do with rings; what `defaults` say is in each proxy's.
    init(_ sections: [RingDraft], uses: [RingUses]) {
        rings = sections.map(\.configuration)
        for ring in uses.flatMap(\.own) where !rings.contains(where: { $0.name == ring.name }) { rings.append(ring) }
        let names = sections.map(\.name.text)
        var told: Set<SourceLocation> = []
        for word in uses.flatMap(\.named) where !names.contains(word.text) && told.insert(word.location).inserted {
            diagnostics.append(
                word.error(
                    "there is no ring '\(word.text)'",
                    help: Suggestion.closest(to: word.text, among: names).map { "did you mean '\($0)'?" }
                        ?? "add a section 'ring \(word.text)'"))
        }
    }
}
