import ArgumentParser

/// `--json` and `--csv`.
struct FormatOptions: ParsableArguments {
    /// How rows are shown.
    enum Format: Sendable {
        /// For people.
        case table
        /// One JSON object a line.
        case json
        /// Comma-separated values.
        case csv
    }

    @Flag(name: .customLong("json"), help: "Print one JSON object a line.")
    var isJSON = false

    @Flag(name: .customLong("csv"), help: "Print comma-separated values with a header.")
    var isCSV = false

    /// Refuses both at once.
    ///
    /// - Throws: `ValidationError`.
    func validate() throws {
        if isJSON, isCSV { throw ValidationError("'--json' and '--csv' exclude each other.") }
    }

    /// The format asked for.
    var format: Format { isJSON ? .json : isCSV ? .csv : .table }
}
