/// Numbers over time as one line of small columns.
enum Sparkline {
    private static let columns: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// A line with a column for each number, as high as its share of the greatest.
    ///
    /// - Parameters:
    ///   - numbers: the numbers; `nil` where there is none.
    ///   - width: the most columns; of more numbers, neighbours share a column, which shows the greatest of them.
    /// - Returns: the line; a space where there is no number.
    static func text(_ numbers: [Int?], width: Int) -> String {
        guard !numbers.isEmpty, width > 0 else { return "" }
        let count = min(width, numbers.count)
        let shown = (0..<count).map { column in
            numbers[(column * numbers.count / count)..<((column + 1) * numbers.count / count)].compactMap { $0 }.max()
        }
        let most = max(1, shown.compactMap { $0 }.max() ?? 1)
        return String(
            shown.map { number in
                number.map { columns[min(columns.count - 1, max(0, $0) * columns.count / (most + 1))] } ?? " "
            })
    }
}
