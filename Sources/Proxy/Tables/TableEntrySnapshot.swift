/// An entry of a stick table as others see it.
public struct TableEntrySnapshot: Sendable {
    /// What it is found by.
    public var key: TableKey
    /// Its place in the table, which nothing else has as long as it is there.
    public var position: Int
    /// How many sessions use it now.
    public var uses: Int
    /// What is left of its time; 0 where that has no end.
    public var millisecondsLeft: Int64
    /// Its numbers, one for each of `TableColumn.allCases`.
    public var numbers: [Int64]
    /// The server that is remembered: its name or its address.
    public var server: String?
    /// What it has in arrays, as it is shown: `gpc1=3`.
    public var elements: [String] = []

    /// A number of it.
    ///
    /// - Parameter column: which one; 0 in the column that has texts.
    public subscript(column: TableColumn) -> Int64 {
        // Numbers and columns are of the same order.
        zip(TableColumn.allCases, numbers).first { $0.0 == column }?.1 ?? 0
    }
}

/// Some entries of a stick table, and where the next ones are.
public struct TablePage: Sendable {
    /// How many entries the whole table has.
    public var used: Int
    /// The entries, in no particular order.
    public var entries: [TableEntrySnapshot]
    /// From where on to ask for the next ones; `nil` after the last.
    public var next: Int?
}

/// Which entries of a table are meant: those of which a number compares as asked.
///
/// - Source: HAProxy 2.6 management guide, `show table … data.<type> <operator> <value>`.
public struct TableFilter: Sendable, Hashable {
    /// How numbers are compared; named as in commands.
    public enum Comparison: String, Sendable {
        case equal = "eq"
        case unequal = "ne"
        case atMost = "le"
        case atLeast = "ge"
        case less = "lt"
        case greater = "gt"
    }

    /// Which number.
    public var column: TableColumn
    /// How it compares.
    public var comparison: Comparison
    /// With what.
    public var value: Int64

    /// Makes one.
    ///
    /// - Parameters:
    ///   - column: which number.
    ///   - comparison: how it compares.
    ///   - value: with what.
    public init(_ column: TableColumn, _ comparison: Comparison, _ value: Int64) {
        self.column = column
        self.comparison = comparison
        self.value = value
    }

    /// Whether an entry is meant.
    ///
    /// - Parameter entry: the entry.
    /// - Returns: whether its number compares as asked.
    public func accepts(_ entry: TableEntrySnapshot) -> Bool {
        // Texts compare with nothing.
        guard column != .serverKey else { return false }
        let number = entry[column]
        switch comparison {
        case .equal: return number == value
        case .unequal: return number != value
        case .atMost: return number <= value
        case .atLeast: return number >= value
        case .less: return number < value
        case .greater: return number > value
        }
    }
}
