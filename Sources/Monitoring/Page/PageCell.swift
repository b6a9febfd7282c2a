import Mustache

/// One cell of a table of the page.
struct PageCell {
    /// One line of a cell's explanation.
    struct Tip: Hashable {
        /// What is explained; empty for a sentence.
        var name: String
        /// The value or the sentence.
        var value: String
    }

    /// What it shows.
    var text = ""
    /// Whether it is a number, whose thousands are set apart.
    var isNumber = false
    /// Whether it is centered.
    var isCentered = false
    /// How many columns it takes.
    var span = 1
    /// What it shows when a pointer is over it.
    var tips: [Tip] = []
    /// The anchor of the row that its text leads to; `nil` leads nowhere.
    var link: String?

    /// An empty cell.
    static let empty = PageCell()

    /// An empty cell over several columns.
    static func gap(_ span: Int) -> PageCell { PageCell(span: span) }

    /// A number.
    static func number(_ value: some BinaryInteger, _ tips: [Tip] = []) -> PageCell {
        PageCell(text: String(value), isNumber: true, tips: tips)
    }

    /// A limit; a dash where there is none.
    static func limit(_ value: Int?) -> PageCell {
        guard let value, value > 0 else { return PageCell(text: "-") }
        return .number(value)
    }

    /// Words in the middle.
    static func words(_ text: String, _ tips: [Tip] = []) -> PageCell {
        PageCell(text: text, isCentered: true, tips: tips)
    }

    /// The digits in groups of three, the first of one to three.
    var groups: [String] {
        var groups: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            groups.insert(String(rest.suffix(3)), at: 0)
            rest = rest.dropLast(3)
        }
        return groups
    }
}

extension PageCell: MustacheParent {
    func child(named name: String) -> Any? {
        switch name {
        case "text": isNumber && text.count > 3 ? nil : text
        case "groups": isNumber && text.count > 3 ? groups : nil
        case "centered": isCentered
        case "span": span > 1 ? span : nil
        case "hasTips": !tips.isEmpty
        case "tips": tips
        case "link": link
        default: nil
        }
    }
}

extension PageCell.Tip: MustacheParent {
    func child(named childName: String) -> Any? {
        switch childName {
        // Were it called as the row's is, that would stand where a tip has none.
        case "label": name.isEmpty ? nil : name
        case "value": value
        default: nil
        }
    }
}
