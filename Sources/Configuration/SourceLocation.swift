/// A place in a configuration file.
public struct SourceLocation: Sendable, Hashable {
    /// The file, as given.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column in characters, from 1.
    public var column: Int

    /// Makes a place.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - line: the line, from 1.
    ///   - column: the column, from 1.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}
