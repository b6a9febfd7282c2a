/// How long the turns of a worker's loop took: everything that a turn does makes whatever came in meanwhile wait.
///
/// A value without storage of its own, so that counting a turn allocates nothing.
public struct TurnLengths: Sendable, Hashable {
    /// The upper bounds in nanoseconds; turns above the last one are counted too.
    public static let bounds: [Int64] = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]

    /// By the bound that they are below, those above all at the end.
    private var counts = SIMD8<Int64>()
    /// All together, in nanoseconds.
    public private(set) var totalNanoseconds: Int64 = 0

    /// No turns yet.
    public init() {}

    /// Counts one turn.
    ///
    /// - Parameter nanoseconds: how long it took.
    public mutating func count(_ nanoseconds: Int64) {
        var (index, bound): (Int, Int64) = (0, 10_000)
        while index < 6 && nanoseconds > bound { (index, bound) = (index + 1, bound * 10) }
        counts[index] += 1
        totalNanoseconds += nanoseconds
    }

    /// How many turns there were.
    public var total: Int64 { counts.wrappedSum() }

    /// How many turns took more than a tenth of a second.
    public var long: Int64 { counts[5] + counts[6] }

    /// How many turns were no longer than each of `bounds`.
    public var cumulated: [Int64] {
        Self.bounds.indices.map { index in (0...index).reduce(0) { $0 + counts[$1] } }
    }
}
