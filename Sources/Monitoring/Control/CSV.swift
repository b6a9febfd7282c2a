/// Rows as comma-separated values.
///
/// - Source: RFC 4180; lines end in CR LF, absent values are empty.
public enum CSV {
    /// The column names.
    ///
    /// - Parameter columns: the names in order.
    /// - Returns: the line with its end.
    public static func header(_ columns: [String]) -> String {
        columns.map(quoted).joined(separator: ",") + "\r\n"
    }

    /// One row.
    ///
    /// - Parameter row: its values.
    /// - Returns: the line with its end.
    public static func line(_ row: Row) -> String {
        row.fields.map { quoted(text($0.value)) }.joined(separator: ",") + "\r\n"
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .null: ""
        case .string(let text): text
        case .array(let values): values.map(text).joined(separator: " ")
        case .integer, .number, .boolean, .object: value.text
        }
    }

    private static func quoted(_ text: String) -> String {
        // By scalars: CR LF is one character, and would not be seen as either.
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
