/// One step of the history's schema, embedded in the binary.
public struct SchemaMigration: Sendable, Hashable {
    /// The file's name without its ending, such as `v001_initial`.
    public let name: String
    /// The SQL of the step: several statements, run in one transaction.
    public let sql: String

    /// All steps, oldest first; a database of version n has had the first n of them.
    ///
    /// A step that was ever released never changes: what is new goes into a step of its own, after the others.
    public static let all: [SchemaMigration] = [
        SchemaMigration(name: "v001_initial", file: PackageResources.v001_initial_sql),
        SchemaMigration(name: "v002_session_levels", file: PackageResources.v002_session_levels_sql),
        SchemaMigration(name: "v003_traffic", file: PackageResources.v003_traffic_sql),
        SchemaMigration(name: "v004_state_days", file: PackageResources.v004_state_days_sql),
        SchemaMigration(name: "v005_views", file: PackageResources.v005_views_sql),
        SchemaMigration(name: "v006_causes", file: PackageResources.v006_causes_sql),
        SchemaMigration(name: "v007_check_times", file: PackageResources.v007_check_times_sql),
    ]

    private init(name: String, file: [UInt8]) {
        self.name = name
        self.sql = String(decoding: file, as: UTF8.self)
    }
}
