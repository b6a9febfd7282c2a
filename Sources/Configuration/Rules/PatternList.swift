import Model

/// Patterns that an access list looks for: those of one file, or those of one line.
///
/// Tests know it by its place in `InstanceConfiguration.patternLists`.
public struct PatternList: Sendable, Equatable {
    /// Its number among all lists and maps, as commands know it.
    public var number: Int
    /// The file, as the configuration names it; `nil` for patterns that stand in a line.
    public var file: String?
    /// The sample that the line looks at, as it is written, without its arguments.
    public var keyword: String
    /// Where the line stands.
    public var location: SourceLocation
    /// The patterns in order.
    public var patterns: [String]
}

/// How words are read as patterns, and how values are compared with them.
public struct PatternReading: Sendable, Hashable {
    let method: PatternReader.Method
    /// Whether small and capital letters are the same.
    public let ignoresCase: Bool
    let readsVersions: Bool

    /// The way of comparing, as after `-m`.
    public var methodName: String { method.rawValue }

    /// Why a word is no pattern.
    public struct Refusal: Error, Equatable {
        /// The sentence.
        public let text: String
    }

    /// Reads patterns.
    ///
    /// - Parameter texts: the patterns.
    /// - Returns: what a sample has to be.
    /// - Throws: which of them is none.
    public func match(of texts: [String]) throws(Refusal) -> PatternMatch {
        let place = SourceLocation(file: "", line: 0, column: 0)
        let reader = PatternReader(method: method, ignoresCase: ignoresCase, readsVersions: readsVersions)
        do {
            return try reader.read(texts.map { Word(text: $0, location: place) })
        } catch {
            let text =
                method == .ip ? error.message.replacing(Self.noAddress, with: Self.noAddressElsewhere) : error.message
            throw Refusal(text: text + ".")
        }
    }

    private static let noAddress = "is no IP address or network"
    /// As HAProxy 2.6.12 says it.
    private static let noAddressElsewhere = "is not a valid IPv4 or IPv6 address"

    /// Words as patterns that each stand for themselves: an operator before numbers makes ranges of them.
    ///
    /// - Parameter words: as a line has them.
    /// - Returns: the patterns.
    func texts(of words: [String]) -> [String] {
        guard method == .int || method == .len else { return words }
        var comparison = "eq"
        return words.compactMap { word in
            if ["eq", "ge", "gt", "le", "lt"].contains(word) {
                comparison = word
                return nil
            }
            // What has no number is an error of its own.
            guard let number = Int(word) else { return word }
            switch comparison {
            case "ge": return "\(number):"
            // Nothing is greater than the greatest number, and nothing less than the least.
            case "gt": return number == .max ? nil : "\(number + 1):"
            case "le": return ":\(number)"
            case "lt": return number == .min ? nil : ":\(number - 1)"
            default: return word
            }
        }
    }
}

/// Where a test's patterns come from, so that they can be changed while the instance runs.
///
/// All are equal: a test is the same wherever its patterns stand.
public struct PatternOrigin: Sendable, Hashable {
    /// Tells a test from all others of its instance; 0 for one whose patterns can't be changed.
    public var number = 0
    /// The numbers of the lists that its patterns are in.
    public var lists: [Int] = []
    /// How they are read.
    public var reading = PatternReading(method: .found, ignoresCase: false, readsVersions: false)

    /// They are all equal.
    public static func == (left: PatternOrigin, right: PatternOrigin) -> Bool { true }

    /// They are all equal.
    public func hash(into hasher: inout Hasher) {}
}

/// Collects the lists of a file while its rules are compiled.
struct PatternListBook {
    /// The lists so far.
    private(set) var lists: [PatternList] = []
    /// How many tests have patterns.
    private var tests = 0

    /// Adds the lists of a test.
    ///
    /// - Parameters:
    ///   - keyword: the sample that is looked at, where it stands in the file.
    ///   - files: the files, each with its patterns; one that is known keeps what it has.
    ///   - texts: the patterns of the line.
    ///   - reading: how they are read.
    ///   - maps: how many maps there are so far, which have their numbers in the same row.
    /// - Returns: where the test's patterns come from.
    mutating func add(
        _ keyword: Word, files: [(name: String, texts: [String])], texts: [String], _ reading: PatternReading,
        after maps: Int
    ) -> PatternOrigin {
        tests += 1
        var origin = PatternOrigin(number: tests, lists: [], reading: reading)
        let name = String(keyword.text.prefix { $0 != "(" && $0 != "," })
        for file in files {
            if let known = lists.firstIndex(where: { $0.file == file.name }) {
                origin.lists.append(known)
            } else {
                origin.lists.append(lists.count)
                lists.append(
                    PatternList(
                        number: lists.count + maps, file: file.name, keyword: name, location: keyword.location,
                        patterns: file.texts))
            }
        }
        origin.lists.append(lists.count)
        lists.append(
            PatternList(
                number: lists.count + maps, file: nil, keyword: name, location: keyword.location,
                patterns: reading.texts(of: texts)))
        return origin
    }
}

extension InstanceConfiguration {
    /// The tests of all rules that look for patterns, each once.
    public var accessTests: [AccessTest] {
        var seen: Set<Int> = []
        return ruleTests.filter { $0.origin.number > 0 && seen.insert($0.origin.number).inserted }
    }

    /// The tests of all rules, as often as they are named; those without patterns, too.
    var ruleTests: [AccessTest] {
        var conditions: [RuleCondition?] = []
        for proxy in proxies {
            let rules = proxy.rules
            conditions += (rules.connection + rules.session + rules.request.gates).map(\.condition)
            conditions += rules.servers.map(\.condition) + rules.sticking.map(\.condition) + rules.forcedPersistence
            conditions += proxy.binds.flatMap(\.backendRules).map(\.condition)
        }
        return conditions.compactMap(\.self).flatMap(\.alternatives).joined().flatMap(\.list.tests)
    }
}

extension AccessTest {
    /// Whether it may have been decided when the file was read, by the port alone.
    public var isDecidedEarly: Bool {
        guard case .destinationPort = sample.fetch else { return false }
        return sample.converters.isEmpty
    }
}
