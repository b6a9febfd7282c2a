/// Reads what HAProxy doesn't have: `panic-threshold`.
enum OwnKeywords {
    /// The keywords of proxies that are read here.
    static let keywords: [Keyword<ProxyDraft>] = [
        Keyword("panic-threshold", .backendSide) { (proxy, arguments) throws(Diagnostic) in
            let word = try arguments.word("a share of the servers", example: "panic-threshold 50%")
            try arguments.expectEnd()
            guard word.text.hasSuffix("%"), let percent = Int(word.text.dropLast()), (0...100).contains(percent) else {
                throw word.error(
                    "'\(word.text)' is no share of the servers", help: "write 0% to 100%: 'panic-threshold 50%'")
            }
            proxy.settings.panicThreshold = percent == 0 ? nil : percent
        }
    ]
}
