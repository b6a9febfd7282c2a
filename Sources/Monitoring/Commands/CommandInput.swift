/// Cuts the bytes of a stats socket's client into commands.
///
/// Both a line feed and a `;` end a command, so that a chain is carried out piece by piece as it arrives, and what is not
/// ended when the client closes is dropped. A backslash takes the next byte as it is.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; the rest recorded from 2.6.12.
struct CommandInput {
    /// Most bytes of one command; a client that sends more without an end is cut off.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `tune.bufsize`, default.
    static let longestCommand = 16_384

    /// The command so far: finished words, and the word that is being read.
    private var words: [String] = []
    private var word: [UInt8] = []
    private var length = 0
    private var isEscaped = false
    private var pending: ArraySlice<UInt8> = []

    /// Whether every byte so far belongs to a finished command.
    var isEmpty: Bool { pending.isEmpty && length == 0 }

    /// Takes in what the client sent.
    ///
    /// - Parameter bytes: the bytes; as many as one read gives.
    mutating func append(_ bytes: some Collection<UInt8>) { pending += bytes }

    /// What is in the bytes so far.
    enum Next: Equatable {
        /// A finished command, in words; without any for an empty line.
        case command([String])
        /// No finished command yet.
        case needsMore
        /// The command is longer than any may be.
        case tooLong
    }

    /// Takes the next command out.
    ///
    /// - Returns: the command, or why there is none.
    mutating func next() -> Next {
        while let byte = pending.popFirst() {
            length += 1
            guard length <= Self.longestCommand else { return .tooLong }
            switch (byte, isEscaped) {
            case (UInt8(ascii: "\n"), _), (UInt8(ascii: ";"), false): return .command(finishCommand())
            case (_, true):
                isEscaped = false
                word.append(byte)
            case (UInt8(ascii: "\\"), false): isEscaped = true
            case (UInt8(ascii: " "), false), (UInt8(ascii: "\t"), false), (UInt8(ascii: "\r"), false): finishWord()
            case (_, false): word.append(byte)
            }
        }
        return .needsMore
    }

    private mutating func finishWord() {
        guard !word.isEmpty else { return }
        words.append(String(decoding: word, as: UTF8.self))
        word = []
    }

    private mutating func finishCommand() -> [String] {
        finishWord()
        defer {
            words = []
            length = 0
            isEscaped = false
        }
        return words
    }
}
