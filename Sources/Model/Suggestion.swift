/// Finds the word that somebody probably meant.
public enum Suggestion {
    /// The longest word for which something is suggested, in bytes; no name comes near it.
    public static let longestWord = 256

    /// The closest of several words, if one is close enough to be meant.
    ///
    /// - Parameters:
    ///   - word: what was written.
    ///   - candidates: what could have been meant.
    /// - Returns: the closest candidate; of equally close ones the first in the alphabet.
    public static func closest(to word: String, among candidates: some Sequence<String>) -> String? {
        guard word.utf8.count <= longestWord else { return nil }
        let allowed = max(1, word.count / 3)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates where abs(candidate.count - word.count) <= allowed {
            let distance = distance(from: word.lowercased(), to: candidate.lowercased())
            guard distance <= allowed, distance < word.count else { continue }
            guard let current = best else {
                best = (distance, candidate)
                continue
            }
            if (distance, candidate) < (current.distance, current.candidate) { best = (distance, candidate) }
        }
        return best?.candidate
    }

    /// How many letters must be inserted, removed, replaced or swapped with their neighbour.
    ///
    /// - Parameters:
    ///   - left: one word.
    ///   - right: another.
    /// - Returns: the least number of such steps (optimal string alignment).
    public static func distance(from left: String, to right: String) -> Int {
        let left = Array(left)
        let right = Array(right)
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for column in 0..<right.count {
                let replacement = previous[column] + (left[row] == right[column] ? 0 : 1)
                var cost = min(replacement, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
