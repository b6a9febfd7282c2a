import Model

/// The words of a command about a list: `[@VERSION] LIST` and what follows.
struct ListWords {
    /// The version, where one is named.
    private(set) var version: Int?
    /// The list's file, or its number with `#`; empty when there is none.
    private(set) var list: String
    /// What follows.
    private(set) var rest: [String]

    /// Takes words apart.
    ///
    /// - Parameter arguments: what follows the command.
    init(_ arguments: CommandArguments) {
        var words = arguments.all[...]
        if let first = words.first, first.hasPrefix("@") {
            version = LeadingInteger(String(first.dropFirst())).value ?? 0
            words.removeFirst()
        }
        list = words.popFirst() ?? ""
        rest = Array(words)
    }
}
