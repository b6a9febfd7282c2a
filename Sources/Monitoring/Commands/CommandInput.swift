/// What a client ordered: the words of a command, and the lines that it sent along.
struct CommandRequest: Sendable, Equatable {
    /// The words, as the client wrote them; none for an empty line.
    var words: [String]
    /// The lines after `<<`, each with its line feed; `nil` for a command without.
    var payload: String?

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - words: the words.
    ///   - payload: the lines after `<<`.
    init(_ words: [String], payload: String? = nil) {
        self.words = words
        self.payload = payload
    }
}

/// Cuts the bytes of a stats socket's client into commands.
///
/// Both a line feed and a `;` end a command, so that a chain is carried out piece by piece as it arrives, and what is not
/// ended when the client closes is dropped. A backslash takes the next byte as it is. A command that ends with `<<` is
/// followed by lines that belong to it, up to an empty one.
///
/// - Source: HAProxy 2.6 management guide, section 9.3; the rest recorded from 2.6.12.
struct CommandInput {
    /// Most bytes of one command with its payload; a client that sends more without an end is cut off.
    ///
    /// - Source: HAProxy 2.6 configuration manual, `tune.bufsize`, default.
    static let longestCommand = 16_384

    /// The line so far, escapes included, of a command or of a payload.
    private var line: [UInt8] = []
    private var isEscaped = false
    /// The command whose payload is being read.
    private var held: CommandRequest?
    private var length = 0
    private var pending: ArraySlice<UInt8> = []

    /// Whether every byte so far belongs to a finished command.
    var isEmpty: Bool { pending.isEmpty && length == 0 }

    /// Whether the client has sent something after the last command that was taken out.
    var hasMore: Bool { !pending.isEmpty }

    /// Takes in what the client sent.
    ///
    /// - Parameter bytes: the bytes; as many as one read gives.
    mutating func append(_ bytes: some Collection<UInt8>) { pending += bytes }

    /// What is in the bytes so far.
    enum Next: Equatable {
        /// A finished command.
        case command(CommandRequest)
        /// A line of a command that has not ended yet.
        case payloadLine
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
            let isEnd = byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: ";") && held == nil && !isEscaped)
            guard isEnd else {
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                line.append(byte)
                continue
            }
            return finishLine()
        }
        return .needsMore
    }

    private mutating func finishLine() -> Next {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        defer {
            line = []
            isEscaped = false
        }
        if var request = held {
            guard !line.isEmpty else { return finish(request) }
            request.payload = (request.payload ?? "") + String(decoding: line, as: UTF8.self) + "\n"
            held = request
            return .payloadLine
        }
        guard line.ends(with: "<<".utf8) else { return finish(CommandRequest(Self.words(of: line))) }
        var words = Self.words(of: line)
        if words.last == "<<" { words.removeLast() }
        held = CommandRequest(words, payload: "")
        return .payloadLine
    }

    private mutating func finish(_ request: CommandRequest) -> Next {
        held = nil
        length = 0
        return .command(request)
    }

    private static func words(of line: [UInt8]) -> [String] {
        var words: [String] = []
        var word: [UInt8] = []
        var isEscaped = false
        for byte in line {
            switch byte {
            case _ where isEscaped:
                isEscaped = false
                word.append(byte)
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
                word = []
            default: word.append(byte)
            }
        }
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }
}

extension Sequence where Self: BidirectionalCollection, Element == UInt8 {
    fileprivate func ends(with ending: some BidirectionalCollection<UInt8>) -> Bool {
        reversed().starts(with: ending.reversed())
    }
}
