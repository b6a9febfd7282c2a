/// Reads `http-request` lines as far as a statistics address obeys them, and `stats http-request` lines.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `http-request` and `stats http-request`.
enum RequestRuleKeywords {
    /// Reads an action and its condition.
    ///
    /// - Parameters:
    ///   - keyword: what the line begins with, for messages.
    ///   - proxy: the section, whose `acl` lines the condition may name.
    ///   - arguments: the line, after its keyword.
    /// - Returns: the rule; `nil` for actions that are none of these.
    /// - Throws: what is wrong.
    static func read(
        _ keyword: String, _ proxy: inout ProxyDraft, _ arguments: inout Arguments
    ) throws(Diagnostic) -> RequestRule? {
        defer { proxy.settings.userlistsInUse += proxy.requestConditions.userlists }
        let action = try arguments.word("an action", example: "\(keyword) deny")
        switch action.text {
        case "allow": return RequestRule(.allow, if: try proxy.requestConditions.read(&arguments))
        case "deny" where arguments.peeked.map({ ["if", "unless"].contains($0.text) }) ?? true:
            return RequestRule(.deny, if: try proxy.requestConditions.read(&arguments))
        case "auth":
            var realm: String?
            if arguments.take("realm") {
                realm = try arguments.word("a realm", example: "\(keyword) auth realm Statistics").text
            }
            return RequestRule(.authenticate(realm: realm), if: try proxy.requestConditions.read(&arguments))
        case "use-service" where arguments.take("prometheus-exporter"):
            return RequestRule(.serveMetrics, if: try proxy.requestConditions.read(&arguments))
        default: return nil
        }
    }
}
