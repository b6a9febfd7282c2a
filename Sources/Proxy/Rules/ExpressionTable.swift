import AccessLog
import Configuration
import Model

/// What an instance's rules look for besides what its file says: the regular expressions, each compiled when it is first
/// needed, and what commands have changed; made and used by its worker's thread alone.
final class ExpressionTable {
    /// By the number of a test, what its sample has to be now.
    var changes: [Int: PatternMatch] = [:]

    /// The maps as they are searched, by how they are (without what counts where one has nothing).
    var maps: [MapSearch: MapTable] = [:]

    private struct Key: Hashable {
        var pattern: String
        var ignoresCase: Bool
    }

    private var compiled: [Key: Regex<AnyRegexOutput>] = [:]

    /// Looks for an expression in a text.
    ///
    /// - Parameters:
    ///   - pattern: the expression, which the configuration's reader has found to be one.
    ///   - ignoresCase: whether small and capital letters are the same.
    ///   - text: the text.
    /// - Returns: whether it is there.
    func finds(_ pattern: String, ignoresCase: Bool, in text: String) -> Bool {
        guard let expression = expression(Key(pattern: pattern, ignoresCase: ignoresCase)) else { return false }
        do {
            return try expression.firstMatch(in: text) != nil
        } catch {
            // Only transformations of captures throw, and there are none.
            preconditionFailure("an expression without transformations has no errors: \(error)")
        }
    }

    /// Prepares the maps of a configuration.
    ///
    /// - Parameter files: the maps.
    init(_ files: [MapFile] = []) {
        for file in files {
            for search in file.searches { maps[search] = MapTable(file.entries, search) }
        }
    }

    /// What a value stands for in a map.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - search: which map, and how it is searched.
    /// - Returns: none where it stands for nothing.
    func value(of value: SampleValue, in search: MapSearch) -> SampleValue {
        if let found = maps[search.withoutFallback]?.value(of: value, self) { return found }
        return search.fallback.map { MapTable.value($0, search.output) } ?? .none
    }

    /// A text in which what an expression finds is replaced.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - replacement: the expression, and what stands there instead.
    /// - Returns: the text.
    func replaced(_ text: String, _ replacement: Replacement) -> String {
        let key = Key(pattern: replacement.pattern, ignoresCase: replacement.ignoresCase)
        guard let expression = expression(key) else { return text }
        var result = ""
        var end = text.startIndex
        for match in text.matches(of: expression).prefix(replacement.isGlobal ? .max : 1) {
            result += text[end..<match.range.lowerBound]
            result += Self.filled(replacement.text, with: match.output)
            end = match.range.upperBound
        }
        return result + text[end...]
    }

    /// A text whose `\1` become what the first parentheses of an expression find.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - pattern: the expression.
    ///   - subject: what it is looked for in.
    /// - Returns: the text.
    func filled(_ text: String, with pattern: String, in subject: String) -> String {
        guard let expression = expression(Key(pattern: pattern, ignoresCase: false)),
            let match = subject.firstMatch(of: expression)
        else { return text }
        return Self.filled(text, with: match.output)
    }

    /// - Source: HAProxy 2.6 configuration manual, section 7.3.1, `regsub`, and `http-request replace-header`.
    private static func filled(_ text: String, with found: AnyRegexOutput) -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\", let next = rest.popFirst() else {
                result.append(character)
                continue
            }
            if let group = next.wholeNumberValue, next.isASCII {
                if group < found.count { result += found[group].substring ?? "" }
            } else {
                result.append(next)
            }
        }
        return result
    }

    private func expression(_ key: Key) -> Regex<AnyRegexOutput>? {
        if let known = compiled[key] { return known }
        do {
            let expression = try Regex(key.pattern).ignoresCase(key.ignoresCase)
            compiled[key] = expression
            return expression
        } catch {
            preconditionFailure("the reader has compiled '\(key.pattern)' before: \(error)")
        }
    }
}
