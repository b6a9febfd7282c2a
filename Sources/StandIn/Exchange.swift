/// A named place that messages are published to, and its bindings.
struct Exchange: Sendable {
    /// How an exchange chooses queues.
    enum Kind: String, Sendable {
        /// The binding's key is the message's key.
        case direct
        /// Every bound queue.
        case fanout
        /// The binding's key is a pattern of words: `*` is any word, `#` any number of words.
        case topic
    }

    /// A queue's binding.
    struct Binding: Hashable, Sendable {
        var queue: String
        var routingKey: String
        var arguments: FieldTable
    }

    let name: String
    let kind: Kind
    let isDurable: Bool
    let isAutoDelete: Bool
    let isInternal: Bool
    let arguments: FieldTable
    /// In the order in which they were made.
    private(set) var bindings: [Binding] = []

    init(_ declaration: ExchangeDeclaration, kind: Kind) {
        name = declaration.name
        self.kind = kind
        isDurable = declaration.isDurable
        isAutoDelete = declaration.isAutoDelete
        isInternal = declaration.isInternal
        arguments = declaration.arguments
    }

    /// Adds a binding unless it is there.
    ///
    /// - Returns: whether it was added.
    mutating func bind(_ binding: Binding) -> Bool {
        guard !bindings.contains(binding) else { return false }
        bindings.append(binding)
        return true
    }

    /// Takes away every binding that the condition holds for.
    ///
    /// - Returns: how many went.
    mutating func unbind(where condition: (Binding) -> Bool) -> Int {
        let before = bindings.count
        bindings.removeAll(where: condition)
        return before - bindings.count
    }

    /// The queues that a message goes to, each once.
    func queues(for routingKey: String) -> [String] {
        var seen: Set<String> = []
        let key = kind == .topic ? TopicPattern.words(of: routingKey) : []
        return bindings.compactMap { binding in
            let matches =
                switch kind {
                case .direct: binding.routingKey == routingKey
                case .fanout: true
                case .topic: TopicPattern.matches(TopicPattern.words(of: binding.routingKey), key)
                }
            return matches && seen.insert(binding.queue).inserted ? binding.queue : nil
        }
    }
}

/// Matching of topic exchanges.
///
/// - Source: AMQP 0-9-1 specification, section 3.1.3.3 "The topic exchange type".
enum TopicPattern {
    /// Splits a key at its dots.
    static func words(of key: String) -> [Substring] {
        key.isEmpty ? [] : key.split(separator: ".", omittingEmptySubsequences: false)
    }

    /// Whether a key's words match a pattern's.
    ///
    /// Time grows with the product of both lengths, whatever the pattern: `#` is not tried out by recursion.
    static func matches(_ pattern: [Substring], _ key: [Substring]) -> Bool {
        // reachable[n]: the pattern so far can match the first n words of the key.
        var reachable = [Bool](repeating: false, count: key.count + 1)
        reachable[0] = true
        for part in pattern {
            var next = [Bool](repeating: false, count: key.count + 1)
            for length in 0...key.count {
                if part == "#" {
                    next[length] = reachable[length] || (length > 0 && next[length - 1])
                } else if length > 0 {
                    next[length] = reachable[length - 1] && (part == "*" || part == key[length - 1])
                }
            }
            reachable = next
        }
        return reachable[key.count]
    }
}
