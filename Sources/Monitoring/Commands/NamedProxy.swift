import Configuration
import Model

extension InstanceConfiguration {
    /// The proxy that a command's word names; `#NUMBER` stands for the proxy of that number.
    ///
    /// - Parameters:
    ///   - word: the word.
    ///   - isMeant: which proxies the command is about.
    /// - Returns: the proxy, also one that is switched off; `nil` when there is none.
    /// - Source: recorded from HAProxy 2.6.12.
    func proxy(
        named word: String, where isMeant: (ProxyConfiguration) -> Bool = { _ in true }
    ) -> ProxyConfiguration? {
        if let named = proxies.first(where: { $0.name == word && isMeant($0) }) { return named }
        guard word.hasPrefix("#"), let number = LeadingInteger(String(word.dropFirst())).value else { return nil }
        return proxies.first { $0.id == number && isMeant($0) }
    }
}
