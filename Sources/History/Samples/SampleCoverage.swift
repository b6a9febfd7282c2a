import GRDB

/// Which time each level of session counts covers.
struct SampleCoverage: Sendable, Hashable {
    /// What is older than this was removed from the level; by level.
    var keptFrom: [Int64]
    /// What is older than this in the next finer level is in this one; by level, and without meaning for samples.
    var rolledUntil: [Int64]

    /// Nothing rolled up, nothing removed.
    static let untouched = SampleCoverage(
        keptFrom: SampleLevel.allCases.map { _ in 0 }, rolledUntil: SampleLevel.allCases.map { _ in 0 })

    /// Reads what the database says of itself.
    static func fetch(_ db: Database) throws -> SampleCoverage {
        var coverage = untouched
        for row in try Row.fetchAll(db, sql: "SELECT name, kept_from, rolled_until FROM sample_levels") {
            guard let level = SampleLevel.allCases.first(where: { $0.table == row["name"] }) else { continue }
            coverage.keptFrom[level.rawValue] = row["kept_from"]
            coverage.rolledUntil[level.rawValue] = row["rolled_until"] ?? 0
        }
        return coverage
    }

    /// Writes one level's part.
    func store(_ level: SampleLevel, _ db: Database) throws {
        try db.cachedStatement(sql: "UPDATE sample_levels SET kept_from = ?, rolled_until = ? WHERE name = ?")
            .execute(arguments: [
                keptFrom[level.rawValue], level == .sample ? nil : rolledUntil[level.rawValue], level.table,
            ])
    }
}
