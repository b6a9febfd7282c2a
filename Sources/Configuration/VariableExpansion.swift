/// Replaces `$NAME` and `${NAME}` in an address outside quotes: there alone HAProxy does so, too.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.2, `bind` (`<address>` may refer to environment variables).
enum VariableExpansion {
    /// Replaces all variables; those that are not set become nothing.
    ///
    /// - Parameters:
    ///   - text: the address.
    ///   - environment: the variables.
    /// - Returns: the text without variables, and which of them are not set.
    static func expand(_ text: String, environment: [String: String]) -> (text: String, missing: [String]) {
        var result = ""
        var missing: [String] = []
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let after = rest[rest.index(after: dollar)...]
            let isBraced = after.hasPrefix("{")
            let start = isBraced ? after.dropFirst() : after
            let name = start.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
            var end = start[name.endIndex...]
            var fallback: String?
            if isBraced, end.hasPrefix("-") {
                let value = end.dropFirst().prefix { $0 != "}" }
                fallback = String(value)
                end = end[value.endIndex...]
            }
            guard !name.isEmpty, !isBraced || end.hasPrefix("}") else {
                // No variable after all.
                result += "$"
                rest = after
                continue
            }
            if let value = environment[String(name)] ?? fallback {
                result += value
            } else {
                missing.append(String(name))
            }
            rest = isBraced ? end.dropFirst() : end
        }
        return (result + rest, missing)
    }
}
