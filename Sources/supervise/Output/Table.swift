/// Rows of text in aligned columns.
///
/// Widths only grow: rows that come later (`--follow`) line up with those already shown, as long as they fit.
struct Table: Sendable {
    /// A column's title and side.
    struct Column: Sendable {
        /// Its title.
        var title: String
        /// Whether numbers stand in it, which line up at their end.
        var isNumeric = false
    }

    /// One piece of text and how it stands out on a terminal.
    struct Cell: Sendable, ExpressibleByStringInterpolation {
        /// The text.
        var text: String
        /// Its colour; never the only bearer of a meaning.
        var color: Color?

        /// Makes a cell.
        ///
        /// - Parameters:
        ///   - text: the text; control characters are shown as such, since they could steer the terminal.
        ///   - color: its colour.
        init(_ text: String, color: Color? = nil) {
            self.text = text.printable
            self.color = color
        }

        /// Makes a cell without a colour.
        ///
        /// - Parameter value: the text.
        init(stringLiteral value: String) {
            self.init(value)
        }
    }

    private static let gap = "  "

    private let columns: [Column]
    private let isColored: Bool
    private var widths: [Int]

    /// Makes a table without rows.
    ///
    /// - Parameters:
    ///   - columns: its columns.
    ///   - isColored: whether cells are coloured.
    init(_ columns: [Column], isColored: Bool = false) {
        self.columns = columns
        self.isColored = isColored
        widths = columns.map(\.title.count)
    }

    /// The titles, once the widths are known.
    var header: String { line(columns.map { Cell($0.title) }) }

    /// Makes room for rows and sets them.
    ///
    /// - Parameter rows: one cell a column each.
    /// - Returns: one line a row, without newlines.
    mutating func lines(_ rows: [[Cell]]) -> [String] {
        for row in rows {
            precondition(row.count == columns.count, "a row has another number of cells than the table has columns")
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.text.count) }
        }
        return rows.map(line)
    }

    private func line(_ cells: [Cell]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += Self.gap }
            let padding = String(repeating: " ", count: max(0, widths[index] - cell.text.count))
            let text = isColored ? cell.color?.painted(cell.text) ?? cell.text : cell.text
            line += columns[index].isNumeric ? padding + text : text + padding
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}

/// The colours of states on a terminal.
enum Color: Int, Sendable {
    /// Trouble.
    case red = 31
    /// In order.
    case green = 32
    /// On the way, or held back.
    case yellow = 33
    /// Ordered by a person.
    case blue = 34
    /// Not known.
    case grey = 90

    /// The text in this colour.
    ///
    /// - Parameter text: the text.
    /// - Returns: the text between ANSI escapes.
    /// - Source: ECMA-48, section 8.3.117 (SGR).
    func painted(_ text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}

extension String {
    /// The text with its control characters replaced, so that it cannot steer a terminal or break a line.
    var printable: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
        guard unicodeScalars.contains(where: isControl) else { return self }
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars { result.append(isControl(scalar) ? "\u{FFFD}" : scalar) }
        return String(result)
    }
}
