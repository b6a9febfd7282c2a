import Model

/// The statistics as CSV.
///
/// - Source: HAProxy 2.6 management guide, section 9.1: a header after `# `, a comma after every field, quotes only around
///   what holds a comma, a quote or a line break.
enum StatisticsCSV {
    /// The header line.
    static let header = "# " + StatisticsTable.fields.map { $0.name + "," }.joined() + "\n"

    /// Header and rows, each line with its line feed.
    ///
    /// - Parameters:
    ///   - rows: what to show.
    ///   - style: how to show it.
    /// - Returns: the text, which the stats socket ends with an empty line and the page does not.
    static func text(of rows: [StatisticsRow], style: StatisticsStyle = StatisticsStyle()) -> String {
        rows.reduce(into: header) { text, row in text += line(of: row, style: style) }
    }

    /// One row with its line feed.
    ///
    /// - Parameters:
    ///   - row: what to show.
    ///   - style: how to show it.
    /// - Returns: the line.
    static func line(of row: StatisticsRow, style: StatisticsStyle = StatisticsStyle()) -> String {
        var line = ""
        for field in StatisticsTable.fields {
            switch field.value(in: row, style: style) {
            case .absent: break
            case .number(let number): line += String(number)
            case .text(let text): line += quoted(text)
            }
            line += ","
        }
        return line + "\n"
    }

    /// A field as it stands between commas.
    ///
    /// - Parameter text: its value.
    /// - Returns: the value, in quotes where it needs them.
    static func quoted(_ text: String) -> String {
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
