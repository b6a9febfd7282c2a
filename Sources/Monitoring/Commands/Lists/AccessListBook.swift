import Configuration
import Model

/// The pattern lists of an instance as the stats socket has changed them.
///
/// Larger lists than a worker could read between two turns are read here; the worker gets what came of it. All connections
/// of an instance share one; a new worker begins with what the files say, and so does a new one of these.
actor AccessListBook {
    /// Why something was not done.
    struct Refusal: Error, Equatable {
        var text: String

        /// There is no list of that name.
        static let unknownList = Refusal(text: "Unknown ACL identifier. Please use #<id> or <file>.")
    }

    /// One pattern.
    struct Entry: Sendable, Equatable {
        /// Tells it from all others.
        var number: Int
        var text: String
    }

    /// What is known of one list.
    struct List: Sendable {
        let configuration: PatternList
        /// The version that counts.
        fileprivate(set) var version = 0
        /// The last one that was prepared.
        fileprivate(set) var newestVersion = 0
        /// The patterns by their version.
        fileprivate(set) var entries: [Int: [Entry]] = [:]

        /// How many patterns it has in all versions.
        var count: Int { entries.values.reduce(0) { $0 + $1.count } }
    }

    /// The lists by their numbers.
    private(set) var lists: [List]
    private let tests: [AccessTest]
    private var made: Int

    /// Takes over what the files say.
    ///
    /// - Parameter configuration: the instance's.
    init(_ configuration: InstanceConfiguration) {
        tests = configuration.accessTests
        var count = 0
        lists = configuration.patternLists.map { list in
            var known = List(configuration: list)
            known.entries[0] = list.patterns.map { text in
                count += 1
                return Entry(number: count, text: text)
            }
            return known
        }
        made = count
    }

    /// Finds a list.
    ///
    /// - Parameter word: `#NUMBER` or the file.
    /// - Returns: its number.
    /// - Throws: that there is none.
    func number(of word: String) throws(Refusal) -> Int {
        let number = word.hasPrefix("#") ? Int(word.dropFirst()) : lists.firstIndex { $0.configuration.file == word }
        guard let number, lists.indices.contains(number) else {
            throw Refusal.unknownList
        }
        return number
    }

    /// How a list is read, as far as anything reads it.
    ///
    /// - Parameter list: its number.
    /// - Returns: the ways of all tests that use it.
    func readings(of list: Int) -> [PatternReading] {
        tests.filter { $0.origin.lists.contains(list) }.map(\.origin.reading)
    }

    /// The patterns of a list.
    ///
    /// - Parameters:
    ///   - list: its number.
    ///   - version: which version; the one that counts when `nil`.
    /// - Returns: the patterns in order.
    func entries(of list: Int, version: Int?) -> [Entry] {
        lists[list].entries[version ?? lists[list].version] ?? []
    }

    /// Adds patterns.
    ///
    /// - Parameters:
    ///   - texts: the patterns.
    ///   - list: the list's number.
    ///   - version: to which version; the one that counts when `nil`.
    /// - Returns: what tests look for now, by their numbers.
    /// - Throws: that one is no pattern, or that there is no such version; nothing is added then.
    func add(_ texts: [String], to list: Int, version: Int?) throws(Refusal) -> [Int: PatternMatch] {
        let version = try checked(version, of: list)
        for reading in readings(of: list) {
            do throws(PatternReading.Refusal) {
                _ = try reading.match(of: texts)
            } catch {
                throw Refusal(text: error.text)
            }
        }
        return try change(list) { known in
            for text in texts {
                made += 1
                known.entries[version, default: []].append(Entry(number: made, text: text))
            }
        }
    }

    /// Removes the patterns that are written so.
    ///
    /// - Parameters:
    ///   - word: the pattern, or `#0x…` for one entry.
    ///   - list: the list's number.
    /// - Returns: what tests look for now, by their numbers.
    /// - Throws: that there is none.
    func remove(_ word: String, from list: Int) throws(Refusal) -> [Int: PatternMatch] {
        let version = lists[list].version
        let number = word.hasPrefix("#0x") ? Int(word.dropFirst(3), radix: 16) : nil
        let isMeant = { (entry: Entry) in word.hasPrefix("#") ? entry.number == number : entry.text == word }
        guard entries(of: list, version: nil).contains(where: isMeant) else { throw Refusal(text: "Key not found.") }
        return try change(list) { $0.entries[version]?.removeAll(where: isMeant) }
    }

    /// Removes all patterns of a version.
    ///
    /// - Parameters:
    ///   - list: the list's number.
    ///   - version: which version; the one that counts when `nil`.
    /// - Returns: what tests look for now, by their numbers.
    /// - Throws: that there is no such version.
    func clear(_ list: Int, version: Int?) throws(Refusal) -> [Int: PatternMatch] {
        let version = try checked(version, of: list)
        return try change(list) { $0.entries[version] = nil }
    }

    /// Begins a new version, which doesn't count yet.
    ///
    /// - Parameter list: the list's number.
    /// - Returns: the version.
    func prepare(_ list: Int) -> Int {
        lists[list].newestVersion += 1
        return lists[list].newestVersion
    }

    /// Lets a version count, and forgets those before it.
    ///
    /// - Parameters:
    ///   - version: the version.
    ///   - list: the list's number.
    /// - Returns: what tests look for now, by their numbers.
    /// - Throws: that there is no such version.
    func commit(_ version: Int, of list: Int) throws(Refusal) -> [Int: PatternMatch] {
        guard version > lists[list].version, version <= lists[list].newestVersion else {
            throw Refusal(text: "Version number out of range.")
        }
        return try change(list) { known in
            known.version = version
            known.entries = known.entries.filter { $0.key >= version }
        }
    }

    private func checked(_ version: Int?, of list: Int) throws(Refusal) -> Int {
        guard let version else { return lists[list].version }
        guard version <= lists[list].newestVersion else {
            throw Refusal(text: "Version number in the future, please use 'prepare acl' before.")
        }
        return version
    }

    /// Changes a list, and finds out what the tests that use it look for then.
    private func change(_ list: Int, _ body: (inout List) -> Void) throws(Refusal) -> [Int: PatternMatch] {
        let users = tests.filter { $0.origin.lists.contains(list) }
        guard !users.isEmpty, !users.contains(where: \.isDecidedEarly) else {
            throw Refusal(
                text: "This list is looked at while the file is read: change the file, and reload the instance.")
        }
        var changed = lists[list]
        body(&changed)
        var matches: [Int: PatternMatch] = [:]
        for test in users {
            let texts = test.origin.lists.flatMap { index in
                let known = index == list ? changed : lists[index]
                return (known.entries[known.version] ?? []).map(\.text)
            }
            do throws(PatternReading.Refusal) {
                matches[test.origin.number] = try test.origin.reading.match(of: texts)
            } catch {
                throw Refusal(text: error.text)
            }
        }
        lists[list] = changed
        return matches
    }
}
