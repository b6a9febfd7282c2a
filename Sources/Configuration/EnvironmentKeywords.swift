/// Reads `setenv`, `presetenv`, `unsetenv` and `resetenv` in `global`: variables for the lines after them.
///
/// They hold for this reading alone; the process keeps its own environment.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.1.
enum EnvironmentKeywords {
    /// Reads one line if it is such a one.
    ///
    /// - Parameters:
    ///   - environment: the variables.
    ///   - arguments: the line, from its start.
    /// - Returns: whether it is one.
    /// - Throws: what is wrong with it.
    static func read(_ environment: inout [String: String], _ arguments: inout Arguments) throws(Diagnostic) -> Bool {
        switch arguments.peeked?.text {
        case "setenv", "presetenv":
            let isFallback = arguments.next()?.text == "presetenv"
            let name = try arguments.word("a name and a value", example: "setenv PORT 5672").text
            let value = try arguments.word("a value", example: "setenv \(name) VALUE").text
            try arguments.expectEnd(help: "put quotes around a value with spaces")
            if !isFallback || environment[name] == nil { environment[name] = value }
        case "unsetenv":
            _ = arguments.next()
            for word in arguments.rest() { environment[word.text] = nil }
        case "resetenv":
            _ = arguments.next()
            let kept = Set(arguments.rest().map(\.text))
            environment = environment.filter { kept.contains($0.key) }
        default:
            return false
        }
        return true
    }
}
