/// An HTTP answer as far as it has come: what a check needs of it.
///
/// - Source: RFC 9112, sections 4 to 7.
struct HTTPAnswer: Sendable, Hashable {
    /// A header.
    struct Header: Sendable, Hashable {
        /// Its name in small letters.
        var name: [UInt8]
        /// What it says, without blanks around it.
        var value: [UInt8]
    }

    /// How far an answer is.
    enum Reading: Sendable, Hashable {
        /// Its headers are not all there yet.
        case incomplete
        /// It is no HTTP answer, or ended before its headers did.
        case invalid
        /// Its headers are there.
        case answer(HTTPAnswer)
    }

    /// The status code, of as many digits as it has: what is too great for 16 bits is cut, as in HAProxy.
    var status: Int
    /// The same as it was written.
    var statusDigits: [UInt8]
    /// What follows it in the first line.
    var reason: String
    var headers: [Header]
    /// As much of the body as there is, taken out of its chunks.
    var body: [UInt8]
    /// Whether that is all of it.
    var isComplete: Bool

    /// Reads what has come so far.
    ///
    /// - Parameters:
    ///   - bytes: what has come.
    ///   - hasEnded: whether nothing more will.
    /// - Returns: how far it is.
    static func read(_ bytes: [UInt8], hasEnded: Bool) -> Reading {
        var lines = Lines(bytes)
        guard let first = lines.next() else {
            // What cannot become a first line need not be waited for.
            let isPossible = bytes.prefix(5).elementsEqual("HTTP/".utf8.prefix(bytes.count))
            return hasEnded || !isPossible ? .invalid : .incomplete
        }
        guard let (digits, reason) = readFirstLine(first) else { return .invalid }
        var headers: [Header] = []
        while let line = lines.next() {
            guard !line.isEmpty else {
                let status = digits.reduce(UInt16(0)) { $0 &* 10 &+ UInt16($1 - UInt8(ascii: "0")) }
                var answer = HTTPAnswer(
                    status: Int(status), statusDigits: digits, reason: reason, headers: headers, body: [],
                    isComplete: false)
                return answer.takeBody(bytes[lines.index...]) ? .answer(answer) : .invalid
            }
            if line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t"), !headers.isEmpty {
                // A header may go on in the next line, which stands for blanks.
                headers[headers.count - 1].value += [0x20] + ByteText.trimmed(line)
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                !line[..<colon].contains(where: { $0 <= 0x20 || $0 == 0x7F })
            else { return .invalid }
            headers.append(
                Header(
                    name: line[..<colon].map(ByteText.lowercase), value: ByteText.trimmed(line[(colon + 1)...])))
        }
        return hasEnded ? .invalid : .incomplete
    }

    /// `HTTP/1.1 200 OK`; the reason may be missing, and before it and the code may stand several blanks.
    private static func readFirstLine(_ line: ArraySlice<UInt8>) -> ([UInt8], String)? {
        let blank = UInt8(ascii: " ")
        let version = line.prefix { $0 != blank }
        guard version.count == 8, version.starts(with: "HTTP/".utf8), isDigit(version[version.startIndex + 5]),
            version[version.startIndex + 6] == UInt8(ascii: "."), isDigit(version[version.startIndex + 7])
        else { return nil }
        let rest = line[version.endIndex...].drop { $0 == blank }
        let digits = rest.prefix(while: isDigit)
        let reason = rest[digits.endIndex...]
        // A carriage return stands at the end of a line, or nowhere.
        guard !digits.isEmpty, reason.isEmpty || reason.first == blank, !reason.contains(UInt8(ascii: "\r")) else {
            return nil
        }
        return (Array(digits), ByteText.readable(reason.drop { $0 == blank }))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// Takes what follows the headers; false when it is no body.
    private mutating func takeBody(_ rest: ArraySlice<UInt8>) -> Bool {
        let encodings = values(of: "transfer-encoding")
        guard encodings.isEmpty else {
            // Any other coding, and the same one twice, is an answer that HAProxy doesn't take.
            guard encodings.count == 1, encodings[0].map(ByteText.lowercase).elementsEqual("chunked".utf8) else {
                return false
            }
            return takeChunks(rest)
        }
        let lengths = values(of: "content-length")
        guard let length = lengths.first else {
            // It goes on to the connection's end.
            body = Array(rest)
            isComplete = (100..<200).contains(status) || status == 204 || status == 304
            return true
        }
        // Said more than once, it has to be the same.
        guard !length.isEmpty, length.count <= 18, length.allSatisfy(Self.isDigit), Set(lengths).count == 1 else {
            return false
        }
        let count = length.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        body = Array(rest.prefix(count))
        isComplete = rest.count >= count
        return true
    }

    /// What all headers of a name say, part by part.
    private func values(of name: String) -> [[UInt8]] {
        headers.filter { $0.name.elementsEqual(name.utf8) }.flatMap { header in
            header.value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(ByteText.trimmed)
        }
    }

    private mutating func takeChunks(_ rest: ArraySlice<UInt8>) -> Bool {
        var lines = Lines(rest)
        while let line = lines.next() {
            let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0, size < 1 << 31 else {
                return false
            }
            guard size > 0 else {
                isComplete = true
                return true
            }
            let left = rest[lines.index...]
            body += left.prefix(size)
            guard left.count >= size + 2 else { return true }
            lines.skip(size)
            guard lines.next()?.isEmpty == true else { return false }
        }
        return true
    }

    /// Lines that end with a line feed, before which a carriage return may stand.
    private struct Lines {
        private let bytes: ArraySlice<UInt8>
        private(set) var index: Int

        init(_ bytes: some Sequence<UInt8>) {
            self.bytes = (bytes as? ArraySlice<UInt8>) ?? ArraySlice(bytes)
            index = self.bytes.startIndex
        }

        mutating func next() -> ArraySlice<UInt8>? {
            guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            let line = bytes[index..<end]
            index = end + 1
            return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }

        mutating func skip(_ count: Int) { index += count }
    }
}
