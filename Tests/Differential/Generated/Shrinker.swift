/// Makes a case that goes differently as small as it gets: leaves out what is not needed for the difference.
struct Shrinker: Sendable {
    /// How many cases are tried at the most.
    static let mostTries = 200
    /// How often a smaller case has to go differently to count: a difference that comes and goes proves nothing.
    private static let confirmations = 2

    /// Leaves out steps, and then lines of the configuration, one after the other, as long as both sides still differ.
    ///
    /// - Parameter failing: a case that goes differently.
    /// - Returns: the smallest that was found; the case itself, where nothing can be left out.
    func shrink(_ failing: GeneratedCase) async -> GeneratedCase {
        var smallest = failing
        var tries = 0
        var hasShrunk = true
        while hasShrunk {
            hasShrunk = false
            for candidate in Self.smaller(than: smallest) {
                tries += 1
                guard tries <= Self.mostTries else { return smallest }
                guard await differs(candidate) else { continue }
                smallest = candidate
                hasShrunk = true
                break
            }
        }
        return smallest
    }

    private func differs(_ candidate: GeneratedCase) async -> Bool {
        do {
            for _ in 0..<Self.confirmations where try await CasePlayer(played: candidate).difference() == nil {
                return false
            }
            return true
        } catch {
            // Something was left out that HAProxy doesn't start without.
            return false
        }
    }

    /// Every case with one thing less, the last steps first: what comes after the difference goes at once.
    private static func smaller(than whole: GeneratedCase) -> [GeneratedCase] {
        func without<Part>(_ part: WritableKeyPath<GeneratedCase, [Part]>) -> [GeneratedCase] {
            whole[keyPath: part].indices.reversed().map { index in
                var smaller = whole
                smaller[keyPath: part].remove(at: index)
                return smaller
            }
        }
        // A server has a number that steps and rules name, and stays.
        return without(\.steps) + without(\.backend) + without(\.frontend) + without(\.defaults)
            + whole.servers.indices.flatMap { server in
                whole.servers[server].options.indices.map { option in
                    var smaller = whole
                    smaller.servers[server].options.remove(at: option)
                    return smaller
                }
            }
    }
}
