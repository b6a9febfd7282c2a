/// Turns the parts of a regular expression into instructions.
struct BytePatternCompiler {
    /// The most instructions that an expression may become: repetitions by numbers multiply.
    static let longestProgram = 5_000

    private var program: [BytePattern.Instruction] = []

    /// Compiles an expression.
    ///
    /// - Parameters:
    ///   - node: its parts.
    ///   - length: how long it is, in bytes.
    /// - Returns: the instructions.
    /// - Throws: that there would be too many of them.
    static func compile(
        _ node: BytePatternReader.Node, length: Int
    ) throws(BytePatternError) -> [BytePattern.Instruction] {
        var compiler = BytePatternCompiler()
        compiler.emit(node)
        guard compiler.program.count < longestProgram else {
            throw BytePatternError(
                offset: length, message: "the expression's repetitions make it too large",
                help: "repeat fewer times, or without a number")
        }
        return compiler.program + [.match]
    }

    private mutating func emit(_ node: BytePatternReader.Node) {
        // What is too long already is refused as a whole.
        guard program.count < Self.longestProgram else { return }
        switch node {
        case .byte(let set): program.append(.byte(set))
        case .assertion(let assertion): program.append(.assert(assertion))
        case .sequence(let parts): for part in parts { emit(part) }
        case .choice(let ways): emit(ways)
        case .repetition(let part, let least, let most):
            for _ in 0..<least { emit(part) }
            guard let most else { return emitLoop(of: part) }
            for _ in least..<most {
                let fork = program.count
                program.append(.fork(fork + 1, 0))
                emit(part)
                program[fork] = .fork(fork + 1, program.count)
            }
        }
    }

    private mutating func emitLoop(of part: BytePatternReader.Node) {
        let fork = program.count
        program.append(.fork(fork + 1, 0))
        emit(part)
        program.append(.jump(fork))
        program[fork] = .fork(fork + 1, program.count)
    }

    private mutating func emit(_ ways: [BytePatternReader.Node]) {
        var exits: [Int] = []
        for (position, way) in ways.enumerated() {
            guard position < ways.count - 1 else {
                emit(way)
                break
            }
            let fork = program.count
            program.append(.fork(fork + 1, 0))
            emit(way)
            exits.append(program.count)
            program.append(.jump(0))
            program[fork] = .fork(fork + 1, program.count)
        }
        for exit in exits { program[exit] = .jump(program.count) }
    }
}
