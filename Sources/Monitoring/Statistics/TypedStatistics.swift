import Model

/// The statistics field by field with their meanings: the typed output and JSON.
///
/// - Source: HAProxy 2.6 management guide, sections 9.2 and 9.3; the rest recorded from 2.6.12.
struct TypedStatistics {
    /// How the fields' values are wanted.
    var style = StatisticsStyle()
    /// Whether the typed output says in words what each field says.
    var isDescribed = false

    /// A row's lines of the typed output, each with its line feed.
    ///
    /// - Parameter row: the row.
    /// - Returns: `LETTER.PROXY.ID.POSITION.FIELD.1:TAGS:TYPE:VALUE` for every field that the row fills.
    func lines(of row: StatisticsRow) -> String {
        let object = Subject(of: row)
        return values(of: row, object).map { entry in
            let columns = entry.meaning.columns(entry.value, isDescribed: isDescribed)
            return
                "\(object.letter).\(object.proxy).\(object.id).\(entry.position).\(entry.meaning.name).1:\(columns)\n"
        }.joined()
    }

    /// All rows as one JSON array with its line feed.
    ///
    /// - Parameter rows: the rows.
    /// - Returns: an array of an array of objects for each row.
    func json(of rows: [StatisticsRow]) -> String {
        let arrays = rows.map { row in
            let object = Subject(of: row)
            let members = values(of: row, object).map { entry in
                #"{"objType":"\#(object.kind)","proxyId":\#(object.proxy),"id":\#(object.id),"#
                    + entry.meaning.members(entry.value, at: entry.position) + "}"
            }
            return "[" + members.joined(separator: ",") + "]"
        }
        return "[" + arrays.joined(separator: ",") + "]\n"
    }

    private struct Entry {
        var position: Int
        var meaning: FieldMeaning
        var value: String
    }

    private func values(of row: StatisticsRow, _ object: Subject) -> [Entry] {
        Self.fields.compactMap { position, field, meaning in
            switch field.value(in: row, style: style) {
            case .absent: nil
            case .number(let number): Entry(position: position, meaning: object.own(meaning), value: String(number))
            case .text(let text): Entry(position: position, meaning: object.own(meaning), value: text)
            }
        }
    }

    /// The fields with their numbers, which the separator `-` has none of.
    private static let fields: [(position: Int, field: StatisticsField, meaning: FieldMeaning)] =
        StatisticsTable.fields.filter { $0.name != "-" }.enumerated().map { position, field in
            let unknown = FieldMeaning(field.name, "MGP", .str, "")
            return (position, field, StatisticsMeanings.byName[field.name] ?? unknown)
        }
}

/// What a row is about, as the typed outputs name it.
private struct Subject {
    let letter: String
    let kind: String
    let proxy: Int64
    let id: Int64

    init(of row: StatisticsRow) {
        switch Self.number("type", in: row) {
        case 0: (letter, kind) = ("F", "Frontend")
        case 1: (letter, kind) = ("B", "Backend")
        case 2: (letter, kind) = ("S", "Server")
        default: (letter, kind) = ("L", "Listener")
        }
        proxy = Self.number("iid", in: row)
        id = Self.number("sid", in: row)
    }

    /// A meaning as rows of this kind have it: some fields count differently in a server's or a backend's.
    func own(_ meaning: FieldMeaning) -> FieldMeaning {
        switch (letter, meaning.name) {
        case ("S", "act"), ("S", "bck"): FieldMeaning(meaning.name, "SGP", meaning.kind, meaning.words)
        case ("B", "rate"), ("B", "rate_max"): FieldMeaning(meaning.name, "MGP", meaning.kind, meaning.words)
        default: meaning
        }
    }

    private static func number(_ name: String, in row: StatisticsRow) -> Int64 {
        let field = StatisticsTable.fields.first { $0.name == name }
        guard case .number(let number) = field?.value(in: row, style: StatisticsStyle()) else { return 0 }
        return number
    }
}
