/// A version as HAProxy compares them: `2.6.12`, `2.7-dev3`, `2.6.12-4` (four commits later).
///
/// What is missing is zero, and what cannot be read ends it.
///
/// - Source: HAProxy 2.6 configuration manual, section 2.4, `version_atleast`.
struct ProgramVersion: Comparable, Sendable {
    /// Before a release come its development, pre-release and candidate versions.
    private enum Stage: Int, CaseIterable {
        case development, preRelease, candidate, release

        var mark: String? {
            switch self {
            case .development: "-dev"
            case .preRelease: "-pre"
            case .candidate: "-rc"
            case .release: nil
            }
        }
    }

    /// Numbers, stage, number of the stage, commits since.
    private var parts: [Int] = [0, 0, 0, 0]
    private var stage = Stage.release
    private var stageNumber = 0
    private var commits = 0

    /// Reads a version.
    ///
    /// - Parameter text: such as `2.6.12`; a text that is no version is version 0.
    init(_ text: String) {
        var rest = text[...]
        for index in parts.indices {
            guard let number = Self.takeNumber(&rest) else { break }
            parts[index] = number
            guard rest.first == "." else { break }
            rest.removeFirst()
        }
        for candidate in Stage.allCases {
            guard let mark = candidate.mark, rest.hasPrefix(mark) else { continue }
            rest.removeFirst(mark.count)
            stage = candidate
            stageNumber = Self.takeNumber(&rest) ?? 0
        }
        // Commits come last, behind the last dash; without a number there are none.
        guard rest.first == "-", let dash = rest.lastIndex(of: "-") else { return }
        commits = Int(rest[rest.index(after: dash)...]) ?? 0
    }

    static func < (left: ProgramVersion, right: ProgramVersion) -> Bool {
        left.comparable.lexicographicallyPrecedes(right.comparable)
    }

    static func == (left: ProgramVersion, right: ProgramVersion) -> Bool { left.comparable == right.comparable }

    private var comparable: [Int] { parts + [stage.rawValue, stageNumber, commits] }

    private static func takeNumber(_ text: inout Substring) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty else { return nil }
        text.removeFirst(digits.count)
        // Larger than every version that there will be.
        return Int(digits) ?? .max
    }
}
