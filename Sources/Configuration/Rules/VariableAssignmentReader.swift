import Model

/// Reads `set-var NAME SAMPLE` and `set-var-fmt NAME FORMAT` of the `global` section.
///
/// - Source: HAProxy 2.6 configuration manual, section 3.1.
enum VariableAssignmentReader {
    /// Both keywords.
    static let keywords: [Keyword<GlobalDraft>] = [
        Keyword("set-var") { (global, arguments) throws(Diagnostic) in
            let assignment = try read(&arguments, isFormat: false, hostName: global.hostName)
            global.configuration.variables.append(assignment)
        },
        Keyword("set-var-fmt") { (global, arguments) throws(Diagnostic) in
            let assignment = try read(&arguments, isFormat: true, hostName: global.hostName)
            global.configuration.variables.append(assignment)
        },
    ]

    private static func read(
        _ arguments: inout Arguments, isFormat: Bool, hostName: String
    ) throws(Diagnostic) -> VariableAssignment {
        let example = isFormat ? "set-var-fmt proc.node \"node-%[hostname]\"" : "set-var proc.closed bool(false)"
        let name = try arguments.word("a variable", example: example)
        let variable = try SampleTable.variable(name.text, at: name)
        guard variable.scope == .process else {
            throw name.error(
                "'\(name.text)' belongs to a session, and there is none in 'global'",
                help: "write 'proc.\(variable.name)', which is the same for all")
        }
        let word = try arguments.word(isFormat ? "a format" : "a sample", example: example)
        let facts = SampleReader.Facts(hostName: hostName, environment: arguments.environment)
        let value = try value(word, isFormat: isFormat, facts)
        for word in arguments.rest() {
            arguments.add(word.warning("'\(word.text)' has no effect here", help: "put quotes around what has blanks"))
        }
        return VariableAssignment(variable, to: value)
    }

    /// Reads a sample or a format that asks for no session.
    ///
    /// - Parameters:
    ///   - word: the sample or the format.
    ///   - isFormat: whether it is a format.
    ///   - facts: what is known.
    /// - Returns: the value.
    /// - Throws: what is wrong with it.
    static func value(
        _ word: Word, isFormat: Bool, _ facts: SampleReader.Facts
    ) throws(Diagnostic) -> VariableAssignment.Value {
        guard isFormat else { return .sample(try expect(try SampleReader.read(word, facts: facts), word, at: 0)) }
        let bytes = Array(word.text.utf8)
        var pieces: [VariableAssignment.Piece] = []
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let (start, byte) = (index, bytes[index])
            index += 1
            guard byte == UInt8(ascii: "%") else {
                text.append(byte)
                continue
            }
            switch index < bytes.count ? bytes[index] : 0 {
            case UInt8(ascii: "%"):
                text.append(byte)
                index += 1
            case UInt8(ascii: "["):
                if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
                text = []
                var reader = SampleReader(word, bytes: bytes, index: index + 1, facts: facts)
                pieces.append(.sample(try expect(try reader.read(), word, at: start)))
                index = reader.index
            default:
                throw Diagnostic(
                    severity: .error, location: word.location(at: start),
                    message: "no sample follows the '%'",
                    help: "write a sample such as '%[hostname]', or '%%' for a percent sign")
            }
        }
        if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
        return .format(pieces)
    }

    private static func expect(
        _ sample: SampleExpression, _ word: Word, at offset: Int
    ) throws(Diagnostic) -> SampleExpression {
        guard sample.fetch.needsNoSession else {
            throw Diagnostic(
                severity: .error, location: word.location(at: offset),
                message: "'\(word.text)' asks for a session, and there is none here",
                help: "write one such as 'int(1)', 'str(text)', 'bool(true)', 'date' or 'var(proc.name)'")
        }
        return sample
    }
}

extension SampleExpression.Fetch {
    /// Whether it has a value where there is no session.
    var needsNoSession: Bool {
        switch self {
        case .constant, .date, .dateMicroseconds, .random, .processID, .uuid, .variable: true
        // All others ask for a session, its connections or what they carry.
        default: false
        }
    }
}
