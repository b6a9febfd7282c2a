import Model

/// One keyword and the function that reads its arguments into a subject.
///
/// The function finds the arguments just after the keyword itself.
struct Keyword<Subject>: Sendable {
    typealias Reader = @Sendable (inout Subject, inout Arguments) throws(Diagnostic) -> Void

    /// How it is written.
    let name: String
    /// In which sections it may stand.
    let placement: Placement
    /// Reads its arguments.
    let read: Reader

    /// Describes a keyword.
    ///
    /// - Parameters:
    ///   - name: how it is written.
    ///   - placement: in which sections it may stand.
    ///   - read: reads its arguments.
    init(_ name: String, _ placement: Placement = .anywhere, _ read: @escaping Reader) {
        self.name = name
        self.placement = placement
        self.read = read
    }
}

/// In which sections a keyword may stand.
///
/// - Source: HAProxy 2.6 configuration manual, section 4.1 (the matrix of proxy keywords).
enum Placement: Sendable {
    /// Everywhere.
    case anywhere
    /// In every proxy, but not in `defaults`.
    case proxies
    /// Where connections are accepted: `defaults`, `frontend`, `listen`.
    case frontendSide
    /// Where servers are connected to: `defaults`, `listen`, `backend`.
    case backendSide
    /// `frontend` and `listen`.
    case frontends
    /// `listen` and `backend`.
    case backends

    /// Whether a keyword of this placement may stand in a section.
    ///
    /// - Parameter section: the section.
    /// - Returns: whether it may.
    func allows(_ section: SectionKind) -> Bool {
        switch (self, section) {
        case (.anywhere, _), (_, .listen): true
        case (.proxies, .defaults), (.frontends, .defaults), (.backends, .defaults): false
        case (.frontendSide, .defaults), (.backendSide, .defaults), (.proxies, .frontend), (.proxies, .backend): true
        case (.frontendSide, .frontend), (.frontends, .frontend): true
        case (.frontendSide, .backend), (.frontends, .backend): false
        case (.backendSide, .backend), (.backends, .backend): true
        case (.backendSide, .frontend), (.backends, .frontend): false
        }
    }
}

/// The kinds of section that hold proxy keywords.
enum SectionKind: String, Sendable, CaseIterable {
    case defaults, listen, frontend, backend

    /// Whether it accepts connections.
    var hasFrontend: Bool { self != .backend }
    /// Whether it connects to servers.
    var hasBackend: Bool { self != .frontend }
}

/// The keywords that may stand at one place, and what is known of words that may not.
struct KeywordTable<Subject>: Sendable {
    /// What stands there, for messages: `keyword`, `option`, `server option`.
    let noun: String
    /// HAProxy's words for this place that are not supported here.
    let unsupported: Set<String>
    /// What belongs in the place of words that HAProxy itself has given up.
    let replaced: [String: String]

    private let keywords: [String: Keyword<Subject>]

    /// Describes a place.
    ///
    /// - Parameters:
    ///   - noun: what stands there.
    ///   - keywords: the supported words.
    ///   - unsupported: HAProxy's other words.
    ///   - replaced: words that HAProxy has given up, with what to write instead.
    init(
        _ noun: String, _ keywords: [Keyword<Subject>], unsupported: Set<String> = [], replaced: [String: String] = [:]
    ) {
        self.noun = noun
        self.unsupported = unsupported
        self.replaced = replaced
        self.keywords = Dictionary(uniqueKeysWithValues: keywords.map { ($0.name, $0) })
    }

    /// The supported words, in the order of the alphabet.
    var names: [String] { keywords.keys.sorted() }

    /// Whether a word is known at this place, supported or not.
    ///
    /// - Parameter name: the word.
    /// - Returns: whether it is known.
    func knows(_ name: String) -> Bool {
        keywords[name] != nil || unsupported.contains(name) || replaced[name] != nil
    }

    /// Finds a keyword.
    ///
    /// - Parameters:
    ///   - word: what was written.
    ///   - place: where, for the message, such as `in 'global'`; may be empty.
    ///   - elsewhere: where a word belongs that is unknown here; `nil` when nowhere.
    /// - Returns: the keyword.
    /// - Throws: that it is unknown or not supported.
    func find(
        _ word: Word, place: String, elsewhere: (String) -> String? = { _ in nil }
    ) throws(Diagnostic) -> Keyword<Subject> {
        if let keyword = keywords[word.text] { return keyword }
        if unsupported.contains(word.text) {
            let remedy = "remove it to run the file here"
            throw word.error(
                "\(noun) '\(word.text)' is not supported here",
                help: KnownKeywords.reasons[word.text].map { "\($0); \(remedy)" } ?? "\(remedy); HAProxy has it")
        }
        if let replacement = replaced[word.text] {
            throw word.error("\(noun) '\(word.text)' does not exist any more", help: replacement)
        }
        let known = Array(keywords.keys) + Array(unsupported)
        let help =
            if let belongs = elsewhere(word.text) {
                belongs
            } else if let closest = Suggestion.closest(to: word.text, among: keywords.keys)
                ?? Suggestion.closest(to: word.text, among: known)
            {
                "did you mean '\(closest)'?"
            } else if keywords.count <= 12 {
                "known are \(names.joined(separator: ", "))"
            } else {
                String?.none
            }
        throw word.error("unknown \(noun) '\(word.text)'\(place.isEmpty ? "" : " ")\(place)", help: help)
    }
}
