import Model
import Testing

@testable import Configuration

@Suite("Variables that the global section sets")
struct VariableAssignmentTests {
    @Test("samples and formats are read, in order")
    func lines() throws {
        let global = try Sample.global(
            "set-var proc.limit int(5),mul(2)", "set-var proc.copy var(proc.limit)",
            "set-var-fmt proc.text \"a b%%%[var(proc.copy),hex]c\""
        ).clean().global
        #expect(global.variables.map(\.variable.name) == ["limit", "copy", "text"])
        #expect(
            global.variables.map(\.value).first
                == .sample(SampleExpression(.constant(.integer(5)), converters: [.arithmetic(.mul, 2)])))
        let copy = try #require(SessionVariable("proc.copy"))
        #expect(
            global.variables.last?.value
                == .format([
                    .text("a b%"), .sample(SampleExpression(.variable(copy), converters: [.hex])), .text("c"),
                ]))
    }

    @Test(
        "what is no variable of the process, no sample, or asks for a session is refused at its place",
        arguments: [
            ("set-var", "error 2:12 'set-var' needs a variable"),
            ("set-var proc.a", "error 2:19 'proc.a' needs a sample"),
            ("set-var x int(1)", "error 2:13 'x' is no variable's name"),
            ("set-var sess.a int(1)", "error 2:13 'sess.a' belongs to a session, and there is none in 'global'"),
            ("set-var proc.a nope", "error 2:20 there is no sample 'nope' here"),
            ("set-var proc.a int(1),nope", "error 2:27 there is no converter 'nope' here"),
            ("set-var proc.a src", "error 2:20 'src' asks for a session, and there is none here"),
            ("set-var-fmt proc.a", "error 2:23 'proc.a' needs a format"),
            ("set-var-fmt proc.a a%[src]", "error 2:25 'a%[src]' asks for a session, and there is none here"),
            ("set-var-fmt proc.a a%ci", "error 2:25 no sample follows the '%'"),
            ("set-var-fmt proc.a a%", "error 2:25 no sample follows the '%'"),
        ])
    func refused(line: String, message: String) {
        let parsed = Sample.global(line)
        #expect(parsed.lines == [message])
        #expect(parsed.diagnostics.allSatisfy { $0.help != nil })
    }

    @Test("words after what is read are told of")
    func rest() throws {
        let parsed = Sample.global("set-var-fmt proc.a a b")
        #expect(parsed.lines == ["warning 2:26 'b' has no effect here"])
        #expect(parsed.configuration?.global.variables.map(\.value) == [.format([.text("a")])])
    }

    private func command(_ name: String, _ text: String) throws(ActRefusal) -> VariableAssignment {
        try VariableAssignment(
            ofCommand: name, to: text, isFormat: false, environment: ["WHO": "me"], hostName: "host")
    }

    @Test("a command is read the same way, and refused in HAProxy's words")
    func commands() throws {
        #expect(try command("proc.a", "env(WHO)").value == .sample(SampleExpression(.constant(.text("me")))))
        #expect(try command("proc.a.b_1", "hostname").variable.name == "a.b_1")
        for (name, words) in [
            ("sess.a", "'set var': cannot set variable 'sess.a', only scope 'proc' is permitted here."),
            ("proc.a-b", "invalid syntax at char '-b)'"),
            (
                "proc.",
                "invalid variable name 'proc.'. A variable name must be start by its scope. The scope can be 'proc', "
                    + "'sess', 'txn', 'req', 'res' or 'check'"
            ),
        ] {
            #expect(throws: ActRefusal.invalid(words)) { try command(name, "int(1)") }
        }
        #expect(throws: ActRefusal.self) { try command("proc.a", "src") }
    }
}
