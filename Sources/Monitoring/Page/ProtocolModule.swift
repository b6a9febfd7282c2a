/// A column of the page with `stats show-modules`: what one protocol counts.
///
/// - Source: names and order recorded from HAProxy 2.6.12's page.
struct ProtocolModule: Sendable {
    /// The column's name.
    let name: String
    /// What belongs to it.
    private let fields: [(field: StatisticsField, words: String)]

    private init(_ name: String) {
        self.name = name
        fields = StatisticsTable.fields.filter { $0.name.hasPrefix(name + "_") }.map { field in
            (field, StatisticsMeanings.byName[field.name]?.words ?? field.name)
        }
    }

    /// All of them, in the page's order.
    static let all = ["ssl", "h2", "h1"].map(ProtocolModule.init)

    /// A row's cell: the name, with the numbers behind it; empty where the protocol means nothing.
    ///
    /// - Parameter row: the row.
    /// - Returns: the cell.
    func cell(of row: StatisticsRow) -> PageCell {
        let tips = fields.compactMap { field, words -> PageCell.Tip? in
            guard case .number(let number) = field.value(in: row, style: StatisticsStyle()) else { return nil }
            return PageCell.Tip(name: words, value: String(number))
        }
        return tips.isEmpty ? .empty : PageCell(text: name, tips: tips)
    }
}
