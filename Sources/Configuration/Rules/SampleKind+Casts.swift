import Model

/// What values can be taken for, where something asks for another kind.
///
/// - Source: what HAProxy 2.6.12 takes and refuses.
extension SampleExpression.Kind {
    /// Whether a value of this kind can be taken for one of another kind: bytes are no number and no address, and true is
    /// no address, either.
    ///
    /// - Parameter other: what is asked for.
    /// - Returns: false where that never gives a value.
    func canBe(_ other: SampleExpression.Kind) -> Bool {
        switch (self, other) {
        case (.binary, .integer), (.binary, .boolean), (.binary, .address), (.boolean, .address), (.address, .boolean):
            false
        default: true
        }
    }

    /// What it is called in a diagnostic.
    var phrase: String {
        switch self {
        case .boolean: "true or false"
        case .integer: "a number"
        case .address: "an address"
        case .text: "a text"
        case .binary: "bytes"
        }
    }
}

extension SampleExpression.Converter {
    /// What kind of value it takes; `nil` where any will do.
    var input: SampleExpression.Kind? {
        switch self {
        case .arithmetic, .arithmeticWith, .logic, .time, .codec(.networkOrder), .change(.httpDate): .integer
        case .mask: .address
        case .change(.choose): .boolean
        case .outside(.map(let search)):
            switch search.method {
            case .int: .integer
            case .ip: .address
            case .str, .beg, .sub, .dir, .dom, .end, .reg, .regm: nil
            }
        case .hash, .digest, .authentication, .codec, .change, .outside: nil
        case .upper, .lower, .length, .hex, .base64, .bytes, .field, .word: nil
        }
    }
}

extension StickTableConfiguration.KeyKind {
    /// What kind of value an entry is found by.
    var kind: SampleExpression.Kind {
        switch self {
        case .ipv4, .ipv6: .address
        case .integer: .integer
        case .text: .text
        case .bytes: .binary
        }
    }
}

extension PatternReader.Method {
    /// What kind of value it compares; `nil` where any will do.
    var kind: SampleExpression.Kind? {
        switch self {
        case .bool: .boolean
        case .int: .integer
        case .ip: .address
        case .found, .bin, .len, .str, .beg, .sub, .dir, .dom, .end, .reg: nil
        }
    }
}
