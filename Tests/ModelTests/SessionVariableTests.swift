import Testing

@testable import Model

@Suite("Variables of rules")
struct SessionVariableTests {
    @Test("a name begins with its scope, and has letters, digits, points and underscores")
    func names() throws {
        let variable = try #require(SessionVariable("txn.a.B_9"))
        #expect(variable.scope == .session && variable.name == "a.B_9")
        for scope in SessionVariable.Scope.allCases { #expect(SessionVariable("\(scope.rawValue).x")?.scope == scope) }
        for text in ["", ".", "x", "txn", "txn.", "Txn.x", "foo.x", "txn.a-b", "txn.a b", "txn.\u{e9}", ".x"] {
            #expect(SessionVariable(text) == nil, "'\(text)'")
        }
    }

    @Test("only what outlives a session can be set before there is one")
    func scopes() {
        #expect(SessionVariable.Scope.allCases.filter(\.outlivesSession) == [.process, .connection])
    }
}
