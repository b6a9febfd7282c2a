import Model

/// What a variable that belongs to no session is set to: by a line of `global`, or by a command.
///
/// - Source: HAProxy 2.6 configuration manual, `set-var` and `set-var-fmt` in `global`; management guide, section 9.3, `set var`.
public struct VariableAssignment: Sendable, Hashable {
    /// A part of a format.
    public enum Piece: Sendable, Hashable {
        case text(String)
        /// Nothing where the sample has no value.
        case sample(SampleExpression)
    }

    /// What it is set to.
    public enum Value: Sendable, Hashable {
        /// A sample's value; where it has none, the variable stays as it is.
        case sample(SampleExpression)
        /// A text.
        case format([Piece])
    }

    /// The variable.
    public let variable: SessionVariable
    /// What it is set to.
    public let value: Value

    /// Reads what a command says.
    ///
    /// - Parameters:
    ///   - name: the variable's name.
    ///   - text: a sample or a format.
    ///   - isFormat: whether it is a format.
    ///   - environment: the variables that `env` may name.
    ///   - hostName: this machine's name.
    /// - Throws: `ActRefusal.invalid` with what is wrong, in HAProxy's words where it has the same.
    /// - Source: the order in which things are looked at is recorded from HAProxy 2.6.12.
    public init(
        ofCommand name: String, to text: String, isFormat: Bool, environment: [String: String], hostName: String
    ) throws(ActRefusal) {
        let word = Word(text: text, location: SourceLocation(file: "set var", line: 1, column: 1))
        let facts = SampleReader.Facts(hostName: hostName, environment: environment)
        do {
            value = try VariableAssignmentReader.value(word, isFormat: isFormat, facts)
        } catch {
            throw .invalid(error.message + (error.help.map { ": \($0)" } ?? ""))
        }
        let scopes = SessionVariable.Scope.allCases.map(\.rawValue)
        guard let scope = scopes.first(where: { name.hasPrefix("\($0).") && name.utf8.count > $0.utf8.count + 1 })
        else {
            throw .invalid(
                "invalid variable name '\(name)'. A variable name must be start by its scope. The scope can be "
                    + "'proc', 'sess', 'txn', 'req', 'res' or 'check'")
        }
        guard let variable = SessionVariable(name) else {
            let rest = name.drop { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "_") }
            throw .invalid("invalid syntax at char '\(rest))'")
        }
        guard scope == SessionVariable.Scope.process.rawValue else {
            throw .invalid("'set var': cannot set variable '\(name)', only scope 'proc' is permitted here.")
        }
        self.variable = variable
    }

    /// Makes an assignment.
    ///
    /// - Parameters:
    ///   - variable: a variable that belongs to no session.
    ///   - value: what it is set to.
    init(_ variable: SessionVariable, to value: Value) {
        self.variable = variable
        self.value = value
    }
}
