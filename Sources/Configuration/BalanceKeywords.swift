import Model

/// Reads `balance`, `hash-type` and `hash-balance-factor` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2.
enum BalanceKeywords {
    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] = [
        Keyword("balance", .backendSide, readBalance),
        Keyword("hash-balance-factor", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let factor = try arguments.integer(in: 0...Int(Int32.max), example: "hash-balance-factor 150")
            guard factor == 0 || factor > 100 else {
                throw arguments.current.error(
                    "a balance factor of \(factor) leaves servers less than their share",
                    help: "write a percentage above 100, or 0 for no limit")
            }
            try arguments.expectEnd()
            proxy.settings.hashing.balanceFactor = factor == 0 ? nil : factor
        },
        Keyword("hash-type", .backendSide, readHashType),
    ]

    /// The algorithms that are one word without arguments.
    private static let algorithms: [ProxyConfiguration.Balance] = [
        .roundRobin, .staticRoundRobin, .leastConnections, .first, .source,
    ]
    /// The algorithms that read more than a connection's addresses.
    private static let readingContent: Set<String> = ["hash", "hdr", "rdp-cookie", "uri", "url_param"]
    private static let names = algorithms.map(\.keyword) + ["random"] + readingContent

    private static func readBalance(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let keyword = arguments.current
        proxy.settings.contentBalance = nil
        proxy.settings.choosesAlgorithm = true
        guard let word = arguments.next() else {
            arguments.add(
                keyword.warning("'balance' without an algorithm means 'roundrobin'", help: "write 'balance roundrobin'")
            )
            proxy.settings.balance = .roundRobin
            return
        }
        let name = String(word.text.prefix { $0 != "(" })
        if readingContent.contains(name) {
            // Whether that is an error depends on the mode, which may be given in a later line.
            proxy.settings.contentBalance = word
            proxy.settings.balance = .roundRobin
            _ = arguments.rest()
            return
        }
        if name == "random" {
            proxy.settings.balance = .random(draws: try draws(word))
        } else if let balance = algorithms.first(where: { $0.keyword == word.text }) {
            proxy.settings.balance = balance
        } else {
            throw word.error(
                "unknown algorithm '\(word.text)'",
                help: Suggestion.closest(to: word.text, among: names).map { "did you mean '\($0)'?" }
                    ?? "write 'balance roundrobin'")
        }
        if let extra = arguments.peeked {
            arguments.add(extra.warning("'\(extra.text)' after the algorithm is ignored", help: "remove it"))
        }
    }

    /// `random` or `random(N)`.
    private static func draws(_ word: Word) throws(Diagnostic) -> Int {
        let argument = word.text.dropFirst("random".count)
        if argument.isEmpty || argument == "()" { return ProxyConfiguration.Balance.defaultDraws }
        let help = "write a number of draws such as 'balance random(2)'"
        guard argument.hasPrefix("("), argument.hasSuffix(")"), let draws = Int32(argument.dropFirst().dropLast())
        else { throw word.error("'\(word.text)' is not a number of draws", help: help) }
        guard draws >= 1 else { throw word.error("'\(word.text)' draws no server", help: help) }
        return Int(draws)
    }

    private static func readHashType(_ proxy: inout ProxyDraft, _ arguments: inout Arguments) throws(Diagnostic) {
        let example = "hash-type consistent sdbm avalanche"
        let word = try arguments.word("'map-based' or 'consistent'", example: example)
        guard let method = HashingConfiguration.Method(rawValue: word.text) else {
            throw word.error("unknown hash type '\(word.text)'", help: "the types are map-based and consistent")
        }
        var hashing = HashingConfiguration()
        hashing.balanceFactor = proxy.settings.hashing.balanceFactor
        hashing.method = method
        if let word = arguments.next() {
            guard let function = HashingConfiguration.Function(rawValue: word.text) else {
                throw word.error(
                    "unknown hash function '\(word.text)'", help: "the functions are sdbm, djb2, wt6 and crc32")
            }
            hashing.function = function
            hashing.isAvalanched = arguments.take("avalanche")
            try arguments.expectEnd(help: "'avalanche' alone may stand after the function")
        } else {
            // What HAProxy did before functions could be named.
            hashing.isAvalanched = method == .consistent
        }
        proxy.settings.hashing = hashing
    }
}
