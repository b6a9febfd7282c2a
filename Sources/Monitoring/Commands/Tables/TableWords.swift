import Proxy

/// What commands about stick tables say after the table's name.
///
/// - Source: HAProxy 2.6 management guide, `show table`, `set table`; texts recorded from 2.6.12.
enum TableWords {
    /// Why a command is wrong.
    struct Mistake: Error, Equatable {
        var text: String
    }

    /// Most filters of one command.
    static let mostFilters = 4

    /// What HAProxy's tables can keep besides; nothing counts it here.
    private static let keptElsewhere: Set<String> = [
        "gpc", "gpc_rate", "gpt", "http_err_cnt", "http_err_rate", "http_fail_cnt",
        "http_fail_rate", "http_req_cnt", "http_req_rate",
    ]

    /// Reads `data.gpc0 gt 5 data.conn_cur eq 0`.
    ///
    /// - Parameters:
    ///   - words: the command's words from the first `data.` on.
    ///   - columns: what the table has.
    ///   - position: how many words of the command stand before them.
    /// - Returns: the filters.
    /// - Throws: what is wrong.
    static func filters(
        _ words: [String], of columns: [TableColumn], after position: Int
    ) throws(Mistake) -> [TableFilter] {
        var filters: [TableFilter] = []
        var rest = words[...]
        while let name = rest.popFirst() {
            guard filters.count < mostFilters else {
                let end = mostFilters * 3
                throw Mistake(
                    text: "Detected extra data in filter, \(position + end + 1)th word of input, after "
                        + "'\(words[end - 1])'")
            }
            let place = "Filter entry #\(filters.count + 1): "
            let column = try column(name, of: columns, place)
            guard let comparison = TableFilter.Comparison(rawValue: rest.popFirst() ?? "") else {
                throw Mistake(
                    text: place + #"Require and operator among "eq", "ne", "le", "ge", "lt", "gt""#)
            }
            guard let value = number(rest.popFirst() ?? "") else {
                throw Mistake(text: place + "Require a valid integer value to compare against")
            }
            filters.append(TableFilter(column, comparison, value))
        }
        return filters
    }

    /// Reads `data.gpc0 5 data.conn_rate 7`.
    ///
    /// - Parameters:
    ///   - words: the command's words after the key.
    ///   - columns: what the table has.
    /// - Returns: what is to be set.
    /// - Throws: what is wrong.
    static func values(
        _ words: [String], of columns: [TableColumn]
    ) throws(Mistake) -> [(column: TableColumn, number: Int64)] {
        var values: [(column: TableColumn, number: Int64)] = []
        var rest = words[...]
        while let name = rest.popFirst() {
            guard name.hasPrefix("data.") else {
                throw Mistake(text: #""data.<type>" followed by a value expected"#)
            }
            let column = try column(name, of: columns, "")
            guard let number = number(rest.popFirst() ?? ""), column != .serverKey else {
                throw Mistake(text: "Require a valid integer value to store")
            }
            values.append((column, number))
        }
        return values
    }

    private static func column(
        _ word: String, of columns: [TableColumn], _ place: String
    ) throws(Mistake) -> TableColumn {
        let name = word.hasPrefix("data.") ? String(word.dropFirst(5)) : ""
        let column = TableColumn(rawValue: name)
        guard column != nil || keptElsewhere.contains(name) else { throw Mistake(text: place + "Unknown data type") }
        guard let column, columns.contains(column) else {
            throw Mistake(text: place + "Data type not stored in this table")
        }
        return column
    }

    /// A number in digits alone, with or without a minus.
    private static func number(_ word: String) -> Int64? { word.hasPrefix("+") ? nil : Int64(word) }
}
