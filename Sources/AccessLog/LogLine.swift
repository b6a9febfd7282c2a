import Model

/// Something that leaves one line in the log.
public protocol LogLine {
    /// How severe it is.
    var level: LogLevel { get }

    /// Writes the line without header and line end.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: for the dates in the line.
    func write(to line: inout LineBuffer, dates: inout LogDates)
}

/// A line that is already put into words.
public struct TextLogLine: LogLine, Sendable, Hashable {
    /// How severe it is.
    public var level: LogLevel
    /// The words.
    public var text: String

    /// Makes a line.
    ///
    /// - Parameters:
    ///   - level: how severe it is.
    ///   - text: the words, without line end.
    public init(level: LogLevel, text: String) {
        self.level = level
        self.text = text
    }

    /// Writes the words.
    ///
    /// - Parameters:
    ///   - line: where to append.
    ///   - dates: not needed.
    public func write(to line: inout LineBuffer, dates: inout LogDates) { line.append(text) }
}
