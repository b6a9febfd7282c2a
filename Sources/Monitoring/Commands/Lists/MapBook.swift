import Configuration
import Model
import Proxy

/// The maps of an instance as the stats socket has changed them.
///
/// Larger maps than a worker could read between two turns are read here; the worker gets what came of it. All connections
/// of an instance share one; a new worker begins with what the files say, and so does a new one of these.
actor MapBook {
    /// Why something was not done.
    struct Refusal: Error, Equatable {
        var text: String

        /// There is no map of that name.
        static let unknownMap = Refusal(text: "Unknown map identifier. Please use #<id> or <file>.")
    }

    /// One pair.
    struct Pair: Sendable, Equatable {
        /// Tells it from all others.
        var number: Int
        var entry: MapFile.Entry
    }

    /// What is known of one map.
    struct Map: Sendable {
        let configuration: MapFile
        fileprivate(set) var pairs: VersionedEntries<Pair>
    }

    /// The tables that a worker searches, by how it does.
    typealias Tables = [MapSearch: MapTable]

    /// The maps in the order of the configuration.
    private(set) var maps: [Map] = []
    private var made = 0

    /// Takes over what the files say.
    ///
    /// - Parameter configuration: the instance's.
    init(_ configuration: InstanceConfiguration) {
        var count = 0
        maps = configuration.maps.map { file in
            let pairs = file.entries.map { entry in
                count += 1
                return Pair(number: count, entry: entry)
            }
            return Map(configuration: file, pairs: VersionedEntries(pairs))
        }
        made = count
    }

    /// Finds a map.
    ///
    /// - Parameter word: `#NUMBER` or the file.
    /// - Returns: its place among them.
    /// - Throws: that there is none.
    func index(of word: String) throws(Refusal) -> Int {
        let number = word.hasPrefix("#") ? Int(word.dropFirst()) : nil
        let isMeant = { (map: Map) in
            word.hasPrefix("#") ? map.configuration.number == number : map.configuration.name == word
        }
        guard let index = maps.firstIndex(where: isMeant) else { throw Refusal.unknownMap }
        return index
    }

    /// The pairs of a map.
    ///
    /// - Parameters:
    ///   - map: its place.
    ///   - version: which version; the one that counts when `nil`.
    /// - Returns: the pairs in order.
    func pairs(of map: Int, version: Int?) -> [Pair] { maps[map].pairs[version ?? maps[map].pairs.version] }

    /// Finds what a text stands for.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - map: the map's place.
    /// - Returns: for each way in which rules search the map, the pair that is found.
    func find(_ text: String, in map: Int) -> [(search: MapSearch, pair: Pair?)] {
        let pairs = maps[map].pairs.current
        return maps[map].configuration.searches.map { search in
            (search, MapTable(pairs.map(\.entry), search).place(of: text).map { pairs[$0] })
        }
    }

    /// Adds pairs.
    ///
    /// - Parameters:
    ///   - entries: the pairs.
    ///   - map: the map's place.
    ///   - version: to which version; the one that counts when `nil`.
    /// - Returns: what rules search now.
    /// - Throws: what is wrong with one, or that there is no such version; nothing is added then.
    func add(_ entries: [MapFile.Entry], to map: Int, version: Int?) throws(Refusal) -> Tables {
        let version = try checked(version, of: map)
        for entry in entries { try check(entry, map) }
        maps[map].pairs[version] += entries.enumerated().map { Pair(number: made + 1 + $0, entry: $1) }
        made += entries.count
        return tables(of: map)
    }

    /// Changes what keys that are written so stand for.
    ///
    /// - Parameters:
    ///   - word: the key, or `#0x…` for one pair.
    ///   - value: what it stands for from now on.
    ///   - map: the map's place.
    /// - Returns: what rules search now.
    /// - Throws: that there is none, or that the value is not of the map's kind.
    func set(_ word: String, to value: String, in map: Int) throws(Refusal) -> Tables {
        var pairs = maps[map].pairs.current
        let meant = pairs.indices.filter { Self.isMeant(pairs[$0], by: word) }
        guard let first = meant.first else {
            throw Refusal(text: word.hasPrefix("#") ? "key or pattern not found." : "entry not found.")
        }
        try check(MapFile.Entry(key: pairs[first].entry.key, value: value), map)
        for index in meant { pairs[index].entry.value = value }
        maps[map].pairs[maps[map].pairs.version] = pairs
        return tables(of: map)
    }

    /// Removes the pairs whose keys are written so.
    ///
    /// - Parameters:
    ///   - word: the key, or `#0x…` for one pair.
    ///   - map: the map's place.
    /// - Returns: what rules search now.
    /// - Throws: that there is none.
    func remove(_ word: String, from map: Int) throws(Refusal) -> Tables {
        let version = maps[map].pairs.version
        let left = maps[map].pairs.current.filter { !Self.isMeant($0, by: word) }
        guard left.count < maps[map].pairs.current.count else { throw Refusal(text: "Key not found.") }
        maps[map].pairs[version] = left
        return tables(of: map)
    }

    /// Removes all pairs of a version.
    ///
    /// - Parameters:
    ///   - map: the map's place.
    ///   - version: which version; the one that counts when `nil`.
    /// - Returns: what rules search now.
    /// - Throws: that there is no such version.
    func clear(_ map: Int, version: Int?) throws(Refusal) -> Tables {
        maps[map].pairs[try checked(version, of: map)] = []
        return tables(of: map)
    }

    /// Begins a new version, which doesn't count yet.
    ///
    /// - Parameter map: the map's place.
    /// - Returns: the version.
    func prepare(_ map: Int) -> Int { maps[map].pairs.prepare() }

    /// Lets a version count, and forgets those before it.
    ///
    /// - Parameters:
    ///   - version: the version.
    ///   - map: the map's place.
    /// - Returns: what rules search now.
    /// - Throws: that there is no such version.
    func commit(_ version: Int, of map: Int) throws(Refusal) -> Tables {
        guard maps[map].pairs.commit(version) else { throw Refusal(text: "Version number out of range.") }
        return tables(of: map)
    }

    private static func isMeant(_ pair: Pair, by word: String) -> Bool {
        guard word.hasPrefix("#") else { return pair.entry.key == word }
        return word.hasPrefix("#0x") && Int(word.dropFirst(3), radix: 16) == pair.number
    }

    private func checked(_ version: Int?, of map: Int) throws(Refusal) -> Int {
        guard let version else { return maps[map].pairs.version }
        guard version <= maps[map].pairs.newest else {
            throw Refusal(text: "Version number in the future, please use 'prepare map' before.")
        }
        return version
    }

    private func check(_ entry: MapFile.Entry, _ map: Int) throws(Refusal) {
        for search in maps[map].configuration.searches {
            guard MapText.isRight(entry.value, for: search.output) else {
                throw Refusal(text: "unable to parse '\(entry.value)'.")
            }
            if let text = MapText.refusal(of: entry, for: search) { throw Refusal(text: text) }
        }
    }

    private func tables(of map: Int) -> Tables {
        let entries = maps[map].pairs.current.map(\.entry)
        var tables: Tables = [:]
        for search in maps[map].configuration.searches { tables[search] = MapTable(entries, search) }
        return tables
    }
}
