/// A converter that takes more than a value: what it asks for is known to the worker alone.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.1.
public enum OutsideConverter: Sendable, Hashable {
    /// What a table has for the value (`table_…`, `in_table`); the proxy's index.
    case table(TableQuestion, Int)
    /// What a file has for the value (`map_…`).
    case map(MapSearch)
    /// What an expression finds is replaced (`regsub`).
    case replace(Replacement)
    /// Usable servers of the backend that the value names (`nbsrv`).
    case usableServers
    /// Sessions that wait for the server that the value names, with its backend (`srv_queue`).
    case waiting
    /// The value is kept in a variable, and stays (`set-var`).
    case setVariable(SessionVariable)
    /// A variable has no value any more (`unset-var`).
    case unsetVariable(SessionVariable)

    /// What can be asked of a table.
    public enum TableQuestion: Sendable, Hashable {
        case quantity(TableSample.Quantity)
        /// `table_gpc(n)` and its like; named by what rules call it.
        case element(ArraySample.Quantity, Int)
        /// `in_table`
        case isKnown
        /// `table_server_id`
        case serverID
        /// `table_expire`: what is left of its time, in milliseconds.
        case timeLeft(orElse: Int64?)
        /// `table_idle`: since it was last used, in milliseconds.
        case idleTime(orElse: Int64?)
    }

    /// What kind of value it makes; `nil` where the value stays as it is.
    var kind: SampleExpression.Kind? {
        switch self {
        case .table(.isKnown, _): .boolean
        case .table, .usableServers, .waiting: .integer
        case .map(let search): search.output.kind
        case .replace: .text
        case .setVariable, .unsetVariable: nil
        }
    }
}

/// A search in a file that says what values stand for.
///
/// - Source: HAProxy 2.6 configuration manual, section 7.3.1, `map`.
public struct MapSearch: Sendable, Hashable {
    /// How keys are compared with the value; named as in files.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        case str, beg, sub, dir, dom, end, reg, regm, int, ip
    }

    /// What the file's values are; named as in files.
    public enum Output: String, Sendable, Hashable, CaseIterable {
        case text = "str"
        case integer = "int"
        case address = "ip"

        var kind: SampleExpression.Kind {
            switch self {
            case .text: .text
            case .integer: .integer
            case .address: .address
            }
        }
    }

    /// The file, as the configuration names it.
    public var file: String
    /// How keys are compared.
    public var method: Method
    /// What its values are.
    public var output: Output
    /// What counts where the file has nothing; no value when `nil`.
    public var fallback: String?

    /// Makes one.
    ///
    /// - Parameters:
    ///   - file: the file, as the configuration names it.
    ///   - method: how keys are compared.
    ///   - output: what its values are.
    ///   - fallback: what counts where the file has nothing.
    public init(file: String, method: Method, output: Output, fallback: String?) {
        self.file = file
        self.method = method
        self.output = output
        self.fallback = fallback
    }

    /// The same, where the file has something.
    public var withoutFallback: MapSearch {
        var search = self
        search.fallback = nil
        return search
    }
}

/// What an expression finds, and what stands there instead: `regsub(^/a,/b,g)`.
public struct Replacement: Sendable, Hashable {
    /// The expression.
    public var pattern: String
    /// What stands there instead; `\1` is what its first parentheses found.
    public var text: String
    /// Whether all that it finds is replaced, and not the first alone.
    public var isGlobal: Bool
    /// Whether small and capital letters are the same.
    public var ignoresCase: Bool

    /// Makes one.
    ///
    /// - Parameters:
    ///   - pattern: the expression.
    ///   - text: what stands there instead.
    ///   - isGlobal: whether all that it finds is replaced.
    ///   - ignoresCase: whether small and capital letters are the same.
    public init(pattern: String, text: String, isGlobal: Bool, ignoresCase: Bool) {
        self.pattern = pattern
        self.text = text
        self.isGlobal = isGlobal
        self.ignoresCase = ignoresCase
    }
}

/// What a rule may ask of the numbers that a table keeps in arrays (`gpc(n)`, `gpt(n)`).
///
/// - Source: HAProxy 2.6 configuration manual, sections 4.2 (`stick-table`) and 7.3.3.
public struct ArraySample: Sendable, Hashable {
    /// What is asked for; named as in files.
    public enum Quantity: String, Sendable, Hashable, CaseIterable {
        case count = "get_gpc"
        case rate = "gpc_rate"
        /// Counts up, and is the new number.
        case countUp = "inc_gpc"
        /// Sets to 0, and is the old number.
        case clear = "clr_gpc"
        case tag = "get_gpt"
    }

    /// Whose entry it is.
    public var subject: TableSample.Subject
    /// What is asked for.
    public var quantity: Quantity
    /// Which number of the array.
    public var index: Int
    /// The index of the proxy whose table it is; the one that the session is tracked in when `nil`.
    public var table: Int?

    /// Makes one.
    ///
    /// - Parameters:
    ///   - subject: whose entry it is.
    ///   - quantity: what is asked for.
    ///   - index: which number of the array.
    ///   - table: the index of the proxy whose table it is.
    public init(_ subject: TableSample.Subject, _ quantity: Quantity, _ index: Int, table: Int?) {
        self.subject = subject
        self.quantity = quantity
        self.index = index
        self.table = table
    }
}
