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
        /// Its patterns.
        fileprivate(set) var entries: VersionedEntries<Entry>
    }

    /// The lists in the order of the configuration.
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
            let entries = list.patterns.map { text in
                count += 1
                return Entry(number: count, text: text)
            }
            return List(configuration: list, entries: VersionedEntries(entries))
        }
        made = count
    }

    /// Finds a list.
    ///
    /// - Parameter word: `#NUMBER` or the file.
    /// - Returns: its place among them.
    /// - Throws: that there is none.
    func number(of word: String) throws(Refusal) -> Int {
        let number = word.hasPrefix("#") ? Int(word.dropFirst()) : nil
        let isMeant = { (list: List) in
            word.hasPrefix("#") ? list.configuration.number == number : list.configuration.file == word
        }
        guard let index = lists.firstIndex(where: isMeant) else { throw Refusal.unknownList }
        return index
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
        lists[list].entries[version ?? lists[list].entries.version]
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
            known.entries[version] += texts.enumerated().map { Entry(number: made + 1 + $0, text: $1) }
            made += texts.count
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
        let version = lists[list].entries.version
        let number = word.hasPrefix("#0x") ? Int(word.dropFirst(3), radix: 16) : nil
        let isMeant = { (entry: Entry) in word.hasPrefix("#") ? entry.number == number : entry.text == word }
        guard entries(of: list, version: nil).contains(where: isMeant) else { throw Refusal(text: "Key not found.") }
        return try change(list) { $0.entries[version].removeAll(where: isMeant) }
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
        return try change(list) { $0.entries[version] = [] }
    }

    /// Begins a new version, which doesn't count yet.
    ///
    /// - Parameter list: the list's number.
    /// - Returns: the version.
    func prepare(_ list: Int) -> Int { lists[list].entries.prepare() }

    /// Lets a version count, and forgets those before it.
    ///
    /// - Parameters:
    ///   - version: the version.
    ///   - list: the list's number.
    /// - Returns: what tests look for now, by their numbers.
    /// - Throws: that there is no such version.
    func commit(_ version: Int, of list: Int) throws(Refusal) -> [Int: PatternMatch] {
        var isThere = false
        let matches = try change(list) { isThere = $0.entries.commit(version) }
        guard isThere else { throw Refusal(text: "Version number out of range.") }
        return matches
    }

    private func checked(_ version: Int?, of list: Int) throws(Refusal) -> Int {
        guard let version else { return lists[list].entries.version }
        guard version <= lists[list].entries.newest else {
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
                return known.entries.current.map(\.text)
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
