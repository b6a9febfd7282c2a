/// How often which letters follow one another in some words: words of like shapes are likely slips for one another.
///
/// Upper and lower case are one, so are all digits, and so is everything that is neither letter nor digit.
///
/// - Source: what HAProxy 2.6.12 proposes in place of unknown commands.
struct WordShape {
    /// The letters of all words together.
    private(set) var length = 0
    private var pairs: [Int: Int] = [:]
    private var letters: Set<Int> = []

    /// Looks at some words.
    ///
    /// - Parameter words: the words; each begins and ends by itself.
    init(_ words: some Sequence<String>) {
        for word in words {
            var previous = Self.edge
            for byte in word.utf8 {
                let letter = Self.letter(byte)
                letters.insert(letter)
                pairs[previous * Self.radix + letter, default: 0] += 1
                previous = letter
                length += 1
            }
            pairs[previous * Self.radix + Self.edge, default: 0] += 1
        }
    }

    /// How unlike two shapes are: pairs that one has more often than the other count by the square.
    ///
    /// - Parameter other: the other shape.
    /// - Returns: 0 for the same shape.
    func distance(to other: WordShape) -> Int {
        let unlikePairs = Set(pairs.keys).union(other.pairs.keys).reduce(0) { sum, pair in
            let difference = (pairs[pair] ?? 0) - (other.pairs[pair] ?? 0)
            return sum + difference * difference
        }
        return unlikePairs + letters.symmetricDifference(other.letters).count
    }

    private static let radix = 32
    /// Before a word's first letter and after its last one.
    private static let edge = 28

    private static func letter(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a")) + 1
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A")) + 1
        case UInt8(ascii: "0")...UInt8(ascii: "9"): 27
        default: 28
        }
    }
}
