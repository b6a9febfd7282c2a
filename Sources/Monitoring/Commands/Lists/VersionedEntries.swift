/// The entries of a list in versions, as `prepare`, `add @VERSION` and `commit` make them; one version counts.
struct VersionedEntries<Entry: Sendable>: Sendable {
    /// The version that counts.
    private(set) var version = 0
    /// The last one that was prepared.
    private(set) var newest = 0
    /// The entries by their version.
    private var entries: [Int: [Entry]]

    /// Makes the first version, which counts.
    ///
    /// - Parameter entries: its entries.
    init(_ entries: [Entry]) { self.entries = [0: entries] }

    /// How many entries all versions have.
    var count: Int { entries.values.reduce(0) { $0 + $1.count } }

    /// The entries of the version that counts.
    var current: [Entry] { self[version] }

    /// The entries of a version; one that there is not has none.
    subscript(version: Int) -> [Entry] {
        get { entries[version] ?? [] }
        set { entries[version] = newValue.isEmpty ? nil : newValue }
    }

    /// Begins a new version, which doesn't count yet.
    ///
    /// - Returns: the version.
    mutating func prepare() -> Int {
        newest += 1
        return newest
    }

    /// Lets a version count, and forgets those before it.
    ///
    /// - Parameter next: the version.
    /// - Returns: false where it is none that has been prepared since.
    mutating func commit(_ next: Int) -> Bool {
        guard next > version, next <= newest else { return false }
        version = next
        entries = entries.filter { $0.key >= next }
        return true
    }
}
