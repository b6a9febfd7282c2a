import TLS

/// A file of certificates with names and settings of their own (`crt-list`).
///
/// A line has a certificate's path, in brackets the settings that are its own, and the names that get it.
///
/// - Source: HAProxy 2.6 configuration manual, bind option `crt-list`.
struct CertificateList {
    /// One line.
    struct Entry {
        /// The certificate's path.
        var path: Word
        /// What its brackets say; `nil` without any.
        var draft: TLSDraft?
        /// The names that get it, in lower case; `nil` for its own.
        var names: [String]?
        /// What its brackets say, word by word; `nil` without any.
        var options: [String]?
        /// The names as the line writes them.
        var filters: [String] = []

        /// Where it comes from, for those who ask later.
        ///
        /// - Parameter list: the list's path.
        /// - Returns: the list, the line, and what that says.
        func origin(in list: String) -> CertificateOrigin {
            CertificateOrigin(
                list: list, line: path.location.line, options: options?.joined(separator: " "), filters: filters)
        }
    }

    /// Its lines that name a certificate.
    private(set) var entries: [Entry] = []

    /// The settings that may stand in brackets.
    private static let table = KeywordTable<BindOptions>(
        "setting of a certificate", TLSKeywords.binds.filter { inBrackets.contains($0.name) })

    private static let inBrackets: Set<String> = [
        "allow-0rtt", "alpn", "ca-file", "ca-verify-file", "ciphers", "ciphersuites", "crl-file", "curves", "ecdhe",
        "no-ca-names", "npn", "ssl-max-ver", "ssl-min-ver", "verify",
    ]

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - file: its path and contents.
    ///   - base: what the settings of each line begin with.
    /// - Throws: what is wrong with a line.
    init(_ file: PEMFile, base: TLSDraft) throws(Diagnostic) {
        let text = String(decoding: file.contents, as: UTF8.self)
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = Self.words(of: line, at: SourceLocation(file: file.path, line: number + 1, column: 1))
            guard let path = words.first else { continue }
            entries.append(try Self.entry(path, Array(words.dropFirst()), base: base))
        }
    }

    private static func entry(_ path: Word, _ rest: [Word], base: TLSDraft) throws(Diagnostic) -> Entry {
        guard let open = rest.first, open.text == "[" else {
            return Entry(path: path, draft: nil, names: names(rest), filters: rest.map(\.text))
        }
        guard let close = rest.firstIndex(where: { $0.text == "]" }) else {
            throw open.error("the bracket is not closed", help: "write 'site.pem [alpn h2] site.example'")
        }
        var options = BindOptions()
        options.tls = base
        let inside = Array(rest[1..<close])
        if let last = inside.last {
            var arguments = Arguments(SourceLine(words: inside, end: last.location(at: last.text.utf8.count)))
            while let word = arguments.next() {
                try table.find(word, place: "").read(&options, &arguments)
            }
        }
        let last = Array(rest[(close + 1)...])
        return Entry(
            path: path, draft: options.tls, names: names(last), options: inside.map(\.text), filters: last.map(\.text))
    }

    private static func names(_ words: [Word]) -> [String]? {
        let names = words.map { $0.text.lowercased() }
        // Exclusions alone are exclusions from every name.
        if !names.isEmpty, names.allSatisfy({ $0.hasPrefix("!") }) { return ["*"] + names }
        return names.isEmpty ? nil : names
    }

    /// The words of a line: separated by blanks, brackets alone, nothing after `#`.
    private static func words(of line: Substring, at start: SourceLocation) -> [Word] {
        var words: [Word] = []
        var text = ""
        var column = 1
        func word(_ text: String, endingAt column: Int) -> Word {
            var location = start
            location.column = column - text.count
            return Word(text: text, location: location)
        }
        func close() {
            if !text.isEmpty { words.append(word(text, endingAt: column)) }
            text = ""
        }
        for character in line {
            switch character {
            case "#":
                close()
                return words
            case " ", "\t", "\r": close()
            case "[", "]":
                close()
                words.append(word(String(character), endingAt: column + 1))
            default: text.append(character)
            }
            column += 1
        }
        close()
        return words
    }
}
