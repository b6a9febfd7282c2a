/// The name that a person most likely meant.
enum Suggestion {
    /// So many changes for each three characters of the name make it another one.
    private static let charactersPerChange = 3

    /// The closest of the known names, if one is close.
    ///
    /// - Parameters:
    ///   - written: what the person wrote.
    ///   - known: what there is.
    /// - Returns: the name with the least edit distance; the first in the alphabet of several; `nil` when all are far.
    static func closest(to written: String, among known: some Sequence<String>) -> String? {
        let limit = max(1, written.count / charactersPerChange)
        var best: (name: String, distance: Int)?
        for name in Set(known).sorted() {
            let distance = editDistance(Array(written.lowercased()), Array(name.lowercased()))
            if distance <= limit, distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// How many single characters must be put in, left out, changed or swapped with their neighbour.
    ///
    /// - Source: the optimal string alignment distance.
    static func editDistance(_ left: [Character], _ right: [Character]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var current = [i + 1]
            for (j, b) in right.enumerated() {
                var distance = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b {
                    distance = min(distance, beforePrevious[j - 1] + 1)
                }
                current.append(distance)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
