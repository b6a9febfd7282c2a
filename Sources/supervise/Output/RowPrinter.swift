import Monitoring

/// Prints rows as they come, in the format that the person chose.
struct RowPrinter<Value: RowConvertible>: Sendable {
    private let format: FormatOptions.Format
    private let output: Output
    private let cells: @Sendable (Value) -> [Table.Cell]
    private var table: Table
    private var isBegun = false

    /// Makes a printer.
    ///
    /// - Parameters:
    ///   - format: the format.
    ///   - output: where to.
    ///   - columns: the table's columns.
    ///   - cells: a row's cells in the table.
    init(
        _ format: FormatOptions.Format, to output: Output, columns: [Table.Column],
        cells: @escaping @Sendable (Value) -> [Table.Cell]
    ) {
        self.format = format
        self.output = output
        self.cells = cells
        table = Table(columns, isColored: output.isColored)
    }

    /// Prints rows; the header goes before the first of a table, and before CSV also when there is none.
    ///
    /// - Parameter values: the rows.
    /// - Throws: `Output.Failure`.
    mutating func print(_ values: [Value]) throws {
        defer { isBegun = isBegun || !values.isEmpty || format == .csv }
        switch format {
        case .json:
            try output.write(lines: values.map(\.row.json.text))
        case .csv:
            let header = isBegun ? "" : CSV.header(Value.columns)
            try output.write(header + values.map { CSV.line($0.row) }.joined())
        case .table:
            let lines = table.lines(values.map(cells))
            guard !lines.isEmpty else { return }
            try output.write(lines: isBegun ? lines : [table.header] + lines)
        }
    }
}
